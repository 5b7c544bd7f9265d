import type { Recipe, RecipeFile } from "./recipe.ts";

/** Unpacks files of a Debian package (`wanted`: patterns of tar) without installing it, as its name may be virtual. */
const FETCH = `
  fetch() { # package, patterns
    apt-cache show "$1" > /dev/null 2>&1 || apt-get update -q > /dev/null
    apt-get download -q "$1" > /dev/null
    dpkg-deb --fsys-tarfile "$1"_*.deb | tar -x --wildcards "\${@:2}"
    rm "$1"_*.deb
  }
  nth_largest() { find usr -name '*.debug' -printf '%s %p\\n' | sort -rn | sed -n "$1s/^[0-9]* //p"; }
`;

function fetched(name: string, script: string, files: RecipeFile[]): Recipe {
  return { name, sources: [], script: FETCH + script, files };
}

/** What Debian 12 distributes: large, and by other people's build systems. */
export const DEBIAN_RECIPES: readonly Recipe[] = [
  fetched(
    "libc6-dbg",
    `fetch libc6-dbg './usr/lib/debug/.build-id/*'
     mv "$(nth_largest 1)" libc.debug
     mv "$(nth_largest 1)" second.debug
     mv "$(nth_largest 1)" third.debug
     rm -r usr
     cp libc.debug libc.dwz; cp second.debug second.dwz; cp third.debug third.dwz
     for file in *.dwz; do objcopy --decompress-debug-sections "$file"; done
     dwz -m common.dwz.debug -M "$OUT/common.dwz.debug" libc.dwz second.dwz third.dwz`,
    [
      { name: "libc6-dbg", path: "libc.debug" },
      { name: "libc6-dbg (libm)", path: "second.debug" },
      { name: "libc6-dbg, dwz -m", path: "libc.dwz", judgedBy: "libc.debug" },
    ],
  ),
  fetched(
    "libbinutils-dbg",
    // Its files refer to dwz's common file by a path below /usr/lib/debug, which is written anew here.
    `fetch libbinutils-dbg './usr/lib/debug/.build-id/*' './usr/lib/debug/.dwz/*'
     mv "$(nth_largest 1)" libbfd.debug
     mv "$(nth_largest 1)" libopcodes.debug
     mv usr/lib/debug/.dwz/*/libbinutils.debug common.debug
     rm -r usr
     for file in libbfd.debug libopcodes.debug; do
       objcopy --dump-section .gnu_debugaltlink=link "$file"
       { printf '%s\\0' "$OUT/common.debug"; tail -c 20 link; } > new-link
       objcopy --update-section .gnu_debugaltlink=new-link "$file"
       rm link new-link
     done`,
    [
      { name: "libbinutils-dbg (libbfd)", path: "libbfd.debug", common: "common.debug" },
      { name: "libbinutils-dbg (libopcodes)", path: "libopcodes.debug", common: "common.debug" },
    ],
  ),
  fetched(
    "librgw2-dbg",
    `fetch librgw2-dbg './usr/lib/debug/.build-id/*'
     mv "$(nth_largest 1)" librgw.debug
     rm -r usr`,
    [{ name: "librgw2-dbg", path: "librgw.debug" }],
  ),
  fetched(
    "linux-image-dbg",
    `image=$(apt-cache depends linux-image-cloud-amd64-dbg | sed -n 's/.*Depends: //p' | head -1)
     fetch "$image" './usr/lib/debug/boot/vmlinux-*' '*/fs/xfs/xfs.ko' '*/drivers/net/virtio_net.ko'
     mv usr/lib/debug/boot/vmlinux-* vmlinux
     mv "$(find usr -name xfs.ko)" "$(find usr -name virtio_net.ko)" .
     rm -r usr`,
    [
      { name: "vmlinux", path: "vmlinux" },
      { name: "xfs.ko", path: "xfs.ko" },
      { name: "virtio_net.ko", path: "virtio_net.ko" },
    ],
  ),
];
