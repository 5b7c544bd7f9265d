import type { Recipe } from "./recipe.ts";

const NAMES = [
  "gcc2",
  "gcc3",
  "gcc4",
  "gcc5",
  "clang4",
  "clang5",
  "gcc5-64",
  "types4",
  "types5",
  "i386",
  "assembled",
];

/** Programs of one to three kilobytes of DWARF of all kinds, so that an input of the fuzzer takes a fraction of a ms. */
export const FUZZ_RECIPES: readonly Recipe[] = [
  {
    name: "fuzz-seeds",
    sources: ["freestanding.c", "tiny.cc", "assembled.S"],
    script: `
      for version in 2 3 4 5; do
        gcc -O2 -gdwarf-$version -nostdlib -shared -fPIC -o gcc$version $SRC/freestanding.c
      done
      for version in 4 5; do
        clang -O2 -gdwarf-$version -nostdlib -shared -fPIC -o clang$version $SRC/tiny.cc
        g++ -O2 -gdwarf-$version -fdebug-types-section -nostdlib -shared -fPIC -o types$version $SRC/tiny.cc
        clang -O2 -gdwarf-$version -gsplit-dwarf -fPIC -c -o split$version.o $SRC/tiny.cc
        ld -shared -o split$version split$version.o
        llvm-dwp -o package$version split$version.dwo
        for level in 1 2; do
          g++ -O$level -gdwarf-$version -nostdlib -shared -fPIC -o dwz$version-$level $SRC/tiny.cc $SRC/freestanding.c
        done
        dwz -m common$version -M common$version dwz$version-1 dwz$version-2
      done
      g++ -O2 -gdwarf-4 -gsplit-dwarf -fPIC -c -o gsplit4.o $SRC/tiny.cc
      ld -shared -o gsplit4 gsplit4.o
      gcc -O2 -gdwarf-5 -gdwarf64 -nostdlib -shared -fPIC -o gcc5-64 $SRC/freestanding.c
      clang --target=i386-linux-gnu -O2 -g -nostdlib -fuse-ld=lld -Wl,-e,entry -o i386 $SRC/freestanding.c
      gcc -g -nostdlib -shared -o assembled $SRC/assembled.S
      objcopy --compress-debug-sections=zlib gcc5 zlib
      objcopy --compress-debug-sections=zstd gcc5 zstd
      g++ -O2 -g -c -o object $SRC/tiny.cc`,
    files: [
      ...NAMES.map((name) => ({ name, path: name })),
      // For these the judge's place holds the other file of the pair: a split unit's body, dwz's common file.
      { name: "split4", path: "split4", judgedBy: "split4.dwo" },
      { name: "split5", path: "split5", judgedBy: "split5.dwo" },
      { name: "gsplit4", path: "gsplit4", judgedBy: "gsplit4.dwo" },
      { name: "package4", path: "split4", judgedBy: "package4" },
      { name: "package5", path: "split5", judgedBy: "package5" },
      { name: "dwz4", path: "dwz4-1", judgedBy: "common4" },
      { name: "dwz5", path: "dwz5-2", judgedBy: "common5" },
      ...["gcc4", "clang5", "zlib", "zstd", "object"].map((path) => ({ name: `whole ${path}`, path })),
    ],
  },
];
