import { readFileSync } from "node:fs";
import { join } from "node:path";

/**
 * Release of the kernel that a folder of headers belongs to, as `uname -r` prints it there; undefined where it does not
 * tell. (include/config/kernel.release is not to be trusted: Debian 12's says 6.1.192 for 6.1.0-56-amd64.)
 */
export function releaseOfHeaders(folder: string): string | undefined {
  try {
    return parseUtsRelease(readFileSync(join(folder, "include/generated/utsrelease.h"), "latin1"));
  } catch {
    return undefined;
  }
}

/** From the text of utsrelease.h. */
export function parseUtsRelease(text: string): string | undefined {
  return /^#define\s+UTS_RELEASE\s+"([^"]+)"/m.exec(text)?.[1];
}
