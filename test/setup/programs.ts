import { ensureBuilt } from "./build.ts";
import { ensureCommands } from "./debian.ts";

/** Real programs at work: Linux, root, and the programs themselves from Debian's packages. */
export default function setup(): void {
  if (process.platform !== "linux") throw new Error("These tests need Linux.");
  if (process.getuid?.() !== 0) throw new Error("These tests sample the kernel: run them as root.");
  ensureCommands({
    gcc: "gcc",
    "g++": "g++",
    gdb: "gdb",
    setpriv: "util-linux",
    readelf: "binutils",
    "/usr/bin/rustc": "rustc",
    "/usr/bin/go": "golang-go",
    "/usr/bin/python3": "python3",
    javac: "default-jdk-headless",
    openssl: "openssl",
    gzip: "gzip",
    "redis-server": "redis-server",
    "redis-benchmark": "redis-tools",
    "/usr/lib/postgresql": "postgresql",
    "/usr/share/doc/libc6-dbg": "libc6-dbg",
  });
  ensureBuilt();
}
