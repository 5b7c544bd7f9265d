import { unpack } from "./unpack.ts";

/**
 * Runs a script that the page holds as gzip in printable characters, in the text of the element `id`. The page's policy knows its hash, so
 * nothing else can run in its place: then nothing happens. Throws an Error when it can't be unpacked.
 */
export async function runPacked(id: string): Promise<void> {
  const packed = document.getElementById(id)?.textContent?.trim() ?? "";
  const script = document.createElement("script");
  script.textContent = new TextDecoder().decode(await unpack(packed));
  document.head.append(script);
  script.remove();
}
