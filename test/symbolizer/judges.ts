import { execFileSync } from "node:child_process";

/** Debian's package of each tool. */
export const PACKAGE_OF: Record<string, string> = {
  gcc: "gcc",
  "g++": "g++",
  nm: "binutils",
  "c++filt": "binutils",
  "eu-addr2line": "elfutils",
  addr2line: "binutils",
  "eu-readelf": "elfutils",
  mkfifo: "coreutils",
  objcopy: "binutils",
  readelf: "binutils",
  dwp: "binutils",
  clang: "clang",
  "clang++": "clang",
  "ld.lld": "lld",
  "llvm-dwp": "llvm",
  "llvm-objcopy": "llvm",
  "llvm-symbolizer": "llvm",
  rustc: "rustc",
  "/usr/bin/go": "golang-go",
  gdb: "gdb",
  dwz: "dwz",
  xz: "xz-utils",
  zstd: "zstd",
  gzip: "gzip",
  "dpkg-deb": "dpkg",
  debuginfod: "debuginfod",
  "debuginfod-find": "debuginfod",
  curl: "curl",
  openssl: "openssl",
};

/** Runs a tool that judges our answers. A test without its judge proves nothing, so a missing one fails it. */
export function judge(tool: string, args: string[], input = ""): string {
  try {
    return execFileSync(tool, args, {
      input,
      maxBuffer: 1 << 28,
      stdio: ["pipe", "pipe", "ignore"],
    }).toString();
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") {
      throw new Error(`this test needs ${tool}: apt-get install ${PACKAGE_OF[tool] ?? tool}`);
    }
    throw error;
  }
}

/** Repeatable pseudo-random numbers in [0, 1) (mulberry32), so that a failure can be seen again. */
export function random(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Copies of `bytes` with a few bytes set to random or extreme values. */
export function* mutations(bytes: Uint8Array, count: number, seed: number): Generator<Uint8Array> {
  const next = random(seed);
  const extremes = [0, 1, 0x7f, 0x80, 0xff];
  for (let i = 0; i < count; i++) {
    // Not `slice`: a Buffer's shares its memory.
    const copy = new Uint8Array(bytes);
    const changes = 1 + Math.floor(next() * 8);
    for (let c = 0; c < changes; c++) {
      copy[Math.floor(next() * copy.length)] =
        next() < 0.5 ? Math.floor(next() * 256) : extremes[Math.floor(next() * extremes.length)];
    }
    yield next() < 0.2 ? copy.subarray(0, Math.floor(next() * copy.length)) : copy;
  }
}
