import { createInterface } from "node:readline";
import { makeAppDisk } from "./app-disk.ts";
import { GUESTS } from "./guests.ts";
import { Machine } from "./machine.ts";
import { ensureQemu } from "./qemu.ts";
import { ensureRoot } from "./roots.ts";

/**
 * `npm run vm -- GUEST [COMMAND…]`: boots a guest of the tests with stapflame as built now, and runs the commands there,
 * or else those that are typed. What a command changes is gone with the guest.
 */
export async function shell([name, ...commands]: readonly string[]): Promise<void> {
  const kind = GUESTS.find((guest) => guest.name === name);
  if (!kind) throw new Error(`Say which guest: ${GUESTS.map((guest) => guest.name).join(", ")}.`);
  ensureQemu();
  const root = await ensureRoot(kind);
  const app = await makeAppDisk();
  const disks = { kernel: root.kernel, initrd: root.initrd, root: root.image, app: app.path };
  try {
    const guest = await Machine.boot(kind.name, disks, kind.kernelWords);
    const words = commands.length > 0 ? commands : typedLines(`${kind.name}# `);
    for await (const command of words) process.exitCode = await runThere(guest, command);
    await guest.shutDown();
  } finally {
    app.remove();
  }
}

async function runThere(guest: Machine, command: string): Promise<number> {
  const { code, stdout, stderr } = await guest.run(command, 3_600_000);
  process.stdout.write(stdout);
  process.stderr.write(stderr);
  return code;
}

async function* typedLines(prompt: string): AsyncGenerator<string> {
  const lines = createInterface({ input: process.stdin, output: process.stdout, prompt });
  lines.prompt();
  for await (const line of lines) {
    yield line;
    lines.prompt();
  }
}
