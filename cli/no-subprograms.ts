/** Takes the place of `node:child_process` in commander, which starts no programs for us (vite.config.ts). */
export function spawn(): never {
  throw new Error("no command of stapflame is a program of its own");
}
