import type { Recipe, RecipeFile } from "./recipe.ts";

const CXX = ["geometry.hh", "geometry.cc", "words.cc", "main.cc"];
const C = ["table.h", "table.c", "interpret.c", "program.c", "assembled.S"];
const CXX_FILES = "$SRC/geometry.cc $SRC/words.cc $SRC/main.cc";
const C_FILES = "$SRC/table.c $SRC/interpret.c $SRC/program.c $SRC/assembled.S";

/** `label` is what the compiler and flags are called in tables. */
function cxx(label: string, command: string): Recipe {
  return program(label, CXX, `${command} -std=c++17 ${CXX_FILES}`);
}
function c(label: string, command: string): Recipe {
  return program(label, C, `${command} ${C_FILES}`);
}
/**
 * Clang writes no `.debug_aranges` (while assembler files in the same program have it), and elfutils sees nothing that
 * it does not find through it: so judges read the same program compiled with it.
 */
function program(label: string, sources: readonly string[], command: string): Recipe {
  if (!command.startsWith("clang") || command.includes("-flto"))
    return built(label, sources, `${command} -o program`);
  return {
    ...built(
      label,
      sources,
      `${command} -o program
       ${command} -gdwarf-aranges -o whole
       same_text program whole`,
    ),
    files: [{ name: label, path: "program", judgedBy: "whole" }],
  };
}
function built(label: string, sources: readonly string[], script: string): Recipe {
  return { name: folderName(label), sources, script, files: [{ name: label, path: "program" }] };
}
function folderName(label: string): string {
  return label.replaceAll("++", "xx").replace(/[^A-Za-z0-9]+/g, "-");
}

/** Each compiler, optimized or not, in both present versions. */
const MATRIX = ["4", "5"].flatMap((version) =>
  ["-O0", "-O2"].flatMap((level) => [
    cxx(`g++ ${level} DWARF ${version}`, `g++ ${level} -gdwarf-${version}`),
    cxx(`clang++ ${level} DWARF ${version}`, `clang++ ${level} -gdwarf-${version}`),
    c(`gcc ${level} DWARF ${version}`, `gcc ${level} -gdwarf-${version}`),
    c(`clang ${level} DWARF ${version}`, `clang ${level} -gdwarf-${version}`),
  ]),
);

const VARIANTS = [
  cxx("g++ -O2 DWARF 2 strict", "g++ -O2 -gdwarf-2 -gstrict-dwarf"),
  c("gcc -O2 DWARF 3", "gcc -O2 -gdwarf-3"),
  c("gcc -O2 DWARF 5 strict", "gcc -O2 -gdwarf-5 -gstrict-dwarf"),
  cxx("g++ -O2 DWARF 5, 64-bit format", "g++ -O2 -gdwarf-5 -gdwarf64"),
  cxx("clang++ -O2 DWARF 5, 64-bit format", "clang++ -O2 -gdwarf-5 -gdwarf64"),
  c("gcc -O2 DWARF 4, 64-bit format", "gcc -O2 -gdwarf-4 -gdwarf64"),
  cxx("g++ -O2 type units DWARF 4", "g++ -O2 -gdwarf-4 -fdebug-types-section"),
  cxx("clang++ -O2 type units DWARF 5", "clang++ -O2 -gdwarf-5 -fdebug-types-section"),
  cxx("g++ -O2 LTO", "g++ -O2 -g -flto"),
  c("gcc -O2 LTO DWARF 4", "gcc -O2 -gdwarf-4 -flto"),
  cxx("clang++ -O2 LTO", "clang++ -O2 -g -flto -fuse-ld=lld"),
  cxx("clang++ -O2 thin LTO", "clang++ -O2 -g -flto=thin -fuse-ld=lld"),
  cxx("g++ -O2 removed sections", "g++ -O2 -g -ffunction-sections -Wl,--gc-sections"),
  cxx(
    "clang++ -O2 removed sections, lld",
    "clang++ -O2 -g -ffunction-sections -Wl,--gc-sections -fuse-ld=lld",
  ),
  c(
    "gcc -O2 DWARF 4 removed sections, lld",
    "gcc -O2 -gdwarf-4 -ffunction-sections -Wl,--gc-sections -fuse-ld=lld",
  ),
  c("gcc -Os, not PIE", "gcc -Os -g -no-pie -fno-pie"),
  c("clang -O3 -g1", "clang -O3 -gline-tables-only"),
  c("gcc -O2 static", "gcc -O2 -g -static"),
  cxx("g++ -Og -g3 (macros)", "g++ -Og -g3"),
];

/** Other machines: 32 bits, and the other byte order. */
const MACHINES = [
  ["i386", "i386-linux-gnu"],
  ["aarch64", "aarch64-linux-gnu"],
  ["mips, big-endian, 32 bits", "mips-linux-gnu"],
  ["mips64, big-endian", "mips64-linux-gnuabi64"],
].map(([machine, target]): Recipe => {
  const flags = "-O2 -g -ffreestanding -nostdlib -fuse-ld=lld -Wl,-e,entry";
  const recipe = program(
    `clang for ${machine}`,
    ["freestanding.c"],
    `clang --target=${target} ${flags} $SRC/freestanding.c`,
  );
  // Binutils' own objcopy knows this machine's files only.
  return { ...recipe, script: `objcopy() { llvm-objcopy "$@"; }\n${recipe.script}` };
});

/**
 * Split units: the bodies in `.dwo` files, which are found by the compilation folder that skeletons tell (`inPlace`) or,
 * where that is gone, beside the program; and in a package. `packager`: undefined where Debian 12 has none (binutils'
 * knows no DWARF 5, and LLVM's never ends on what g++ writes).
 */
function split(
  label: string,
  command: string,
  packager: string | undefined,
  options: { after: string; inPlace: boolean },
): Recipe {
  const judgedBy = command.startsWith("clang") ? "$IN/whole" : "$IN/program";
  const inPlace = options.inPlace ? [{ name: `${label} split`, path: "in-place/program", judgedBy }] : [];
  const packaged =
    packager === undefined ? [] : [{ name: `${label} split, packaged`, path: "packaged/program", judgedBy }];
  const pack = `mkdir packaged; cp moved/program packaged
      cd moved; ${packager} -o ../packaged/program.dwp geometry.dwo words.dwo main.dwo; cd ..`;
  return {
    name: folderName(`${label} split`),
    sources: CXX,
    after: folderName(options.after),
    files: [...inPlace, { name: `${label} split, moved`, path: "moved/program", judgedBy }, ...packaged],
    script: `
      build() { # folder of the products, folder that the skeletons tell
        mkdir "$1"; cd "$1"
        for file in geometry words main; do
          ${command} -std=c++17 -O2 -gsplit-dwarf -ffile-prefix-map="$PWD=$2" -c -o "$file.o" "$SRC/$file.cc"
        done
        ${command} -o program geometry.o words.o main.o
        rm ./*.o
        same_text program "$IN/program"
        cd ..
      }
      build moved /nonexistent/build
      ${packager === undefined ? "" : pack}
      ${options.inPlace ? 'build in-place "$OUT/in-place"' : ""}`,
  };
}

const SPLIT = [
  split("g++ -O2 DWARF 4", "g++ -gdwarf-4", "dwp", { after: "g++ -O2 DWARF 4", inPlace: false }),
  split("g++ -O2 DWARF 5", "g++ -gdwarf-5", undefined, { after: "g++ -O2 DWARF 5", inPlace: true }),
  split("clang++ -O2 DWARF 4", "clang++ -gdwarf-4", "llvm-dwp", {
    after: "clang++ -O2 DWARF 4",
    inPlace: true,
  }),
  split("clang++ -O2 DWARF 5", "clang++ -gdwarf-5", "llvm-dwp", {
    after: "clang++ -O2 DWARF 5",
    inPlace: false,
  }),
  split("g++ -O2 DWARF 4 type units", "g++ -gdwarf-4 -fdebug-types-section", "dwp", {
    after: "g++ -O2 DWARF 4",
    inPlace: false,
  }),
  split("clang++ -O2 DWARF 5 type units", "clang++ -gdwarf-5 -fdebug-types-section", "llvm-dwp", {
    after: "clang++ -O2 DWARF 5",
    inPlace: false,
  }),
];

/** A program changed by a tool after it was linked. */
function changed(label: string, after: string, script: string, files: RecipeFile[]): Recipe {
  return { name: folderName(label), sources: CXX, after: folderName(after), script, files };
}

const CHANGED = [
  changed(
    "sections changed",
    "g++ -O2 DWARF 5",
    `objcopy --compress-debug-sections=zlib "$IN/program" zlib
     objcopy --compress-debug-sections=zlib-gnu "$IN/program" zlib-gnu
     objcopy --compress-debug-sections=zstd "$IN/program" zstd
     objcopy -R .debug_aranges "$IN/program" no-aranges
     objcopy --only-keep-debug "$IN/program" program.debug
     dwz -o dwz "$IN/program"`,
    [
      { name: "g++ -O2 DWARF 5, zlib", path: "zlib" },
      { name: "g++ -O2 DWARF 5, zlib as GNU had it", path: "zlib-gnu", judgedBy: "$IN/program" },
      { name: "g++ -O2 DWARF 5, zstd", path: "zstd", judgedBy: "$IN/program" },
      { name: "g++ -O2 DWARF 5, no .debug_aranges", path: "no-aranges", judgedBy: "$IN/program" },
      { name: "g++ -O2 DWARF 5, debug file", path: "program.debug", judgedBy: "$IN/program" },
      { name: "g++ -O2 DWARF 5, dwz", path: "dwz" },
    ],
  ),
  ...["4", "5"].map((version): Recipe => {
    const command = `g++ -std=c++17 -gdwarf-${version}`;
    return {
      name: `dwz-multifile-${version}`,
      sources: CXX,
      script: `
        ${command} -O2 -o optimized ${CXX_FILES}
        ${command} -O1 -o less ${CXX_FILES}
        cp optimized optimized-whole; cp less less-whole
        dwz -m common.debug -M "$OUT/common.debug" optimized less`,
      files: [
        { name: `g++ -O2 DWARF ${version}, dwz -m`, path: "optimized", judgedBy: "optimized-whole" },
        { name: `g++ -O1 DWARF ${version}, dwz -m`, path: "less", judgedBy: "less-whole" },
      ],
    };
  }),
];

const OTHER_LANGUAGES = [
  built("Rust, optimized", ["program.rs"], "rustc -g -O -o program $SRC/program.rs"),
  built("Rust", ["program.rs"], "rustc -g -o program $SRC/program.rs"),
  built("Go", ["program.go"], "go build -o program $SRC/program.go"),
  built("Go, not optimized", ["program.go"], "go build -gcflags='-N -l' -o program $SRC/program.go"),
];

/** Programs that this machine's compilers build from `sources/`. */
export const PROGRAM_RECIPES: readonly Recipe[] = [
  ...MATRIX,
  ...VARIANTS,
  ...MACHINES,
  ...SPLIT,
  ...CHANGED,
  ...OTHER_LANGUAGES,
];
