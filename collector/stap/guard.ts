import { type ChildProcess, spawn } from "node:child_process";

/**
 * Waits until the pipe from us ends, which it does however we die. Then ends SystemTap's stapio, which holds the module
 * and takes up to two seconds to let go of it by itself, and removes the module: like `staprun -d`, but at once. It ends
 * only what bears stapio's or staprun's name, should its process id be another's by now. The first rounds go on without
 * a module: staprun may be just about to load it.
 */
const GUARD = `
trap '' INT TERM HUP
read -r line
name=$1 pid=$2 round=0
while [ $round -lt 200 ]; do
  read -r command 2>/dev/null < "/proc/$pid/comm" || command=
  case $command in stapio|staprun) kill -KILL "$pid" 2>/dev/null;; esac
  if [ -d "/sys/module/$name" ]; then
    rmmod "$name" 2>/dev/null || staprun -d "$name" >/dev/null 2>&1
  elif [ $round -gt 3 ]; then
    exit 0
  fi
  round=$((round + 1))
  sleep 0.1
done
`;

/** Sees to it that a module goes when we do. */
export class Guard {
  readonly #shell: ChildProcess;

  /** `stapioPid`: of staprun, which becomes stapio. */
  constructor(name: string, stapioPid: number) {
    this.#shell = spawn("/bin/sh", ["-c", GUARD, "stapflame-guard", name, String(stapioPid)], {
      // A session of its own: what ends our process group does not end it.
      detached: true,
      stdio: ["pipe", "ignore", "ignore"],
      env: { ...process.env, PATH: `${process.env.PATH ?? ""}:/usr/sbin:/sbin:/usr/bin:/bin` },
    });
    this.#shell.on("error", () => {});
    this.#shell.stdin?.on("error", () => {});
    this.#shell.unref();
  }

  /** Lets it remove the module now. It does so by itself; nobody need wait. */
  release(): void {
    this.#shell.stdin?.destroy();
  }
}
