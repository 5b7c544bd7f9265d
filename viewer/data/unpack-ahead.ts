import { unpack } from "./unpack.ts";

/** Where the page has its profile, if it is not served. */
export const PROFILE_ID = "stapflame-profile";

declare global {
  /** The bytes of the profile in the page, as boot.ts has them unpacked for the program. */
  var stapflameUnpacked: Promise<Uint8Array> | undefined;
}

/** Unpacks the profile while the program is unpacked, too: one after the other, the browser would draw in between. */
export function unpackAhead(): void {
  const text = document.getElementById(PROFILE_ID)?.textContent?.trim() ?? "";
  if (text === "") return;
  const bytes = unpack(text);
  // Who asks for them gets the reason; a program that never does leaves no error of this.
  bytes.catch(() => {});
  globalThis.stapflameUnpacked = bytes;
}
