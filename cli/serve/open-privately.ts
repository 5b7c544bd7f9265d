import { rmSync } from "node:fs";
import { chown, mkdtemp, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openPage } from "../open-page.ts";

/**
 * Opens an address in the browser without it being on any command line, where every user of the machine could read the
 * token: a page that only its owner may read leads there. It is removed when the process ends.
 */
export async function openPrivately(url: string): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), "stapflame-open-"));
  process.on("exit", () => rmSync(folder, { recursive: true, force: true }));
  const page = join(folder, "open.html");
  await writeFile(
    page,
    `<!doctype html><meta charset="utf-8"><meta http-equiv="refresh" content="0;url=${url}">`,
    {
      mode: 0o600,
    },
  );
  const { SUDO_UID, SUDO_GID } = process.env;
  // Under sudo the browser is that of the user who called it.
  if (SUDO_UID && SUDO_GID && process.getuid?.() === 0) {
    for (const path of [folder, page]) await chown(path, Number(SUDO_UID), Number(SUDO_GID));
  }
  await openPage(page);
}
