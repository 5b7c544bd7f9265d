import { ensureBuilt } from "./build.ts";
import { ensureCommands } from "./debian.ts";

/** Integration tests sample this machine's kernel: Linux, root, a C compiler. */
export default function setup(): void {
  if (process.platform !== "linux") throw new Error("Integration tests need Linux.");
  if (process.getuid?.() !== 0) throw new Error("Integration tests sample the kernel: run them as root.");
  ensureCommands({
    gcc: "gcc",
    "g++": "g++",
    perf: "linux-perf",
    gdb: "gdb",
    "/usr/bin/go": "golang-go",
    unshare: "util-linux",
    setpriv: "util-linux",
    tmux: "tmux",
  });
  ensureBuilt();
}
