import { decodeBase93 } from "./base93.ts";

/** The bytes of gzip in printable characters, as the CLI puts data into the page. Throws an Error when the text is not that. */
export async function unpack(text: string): Promise<Uint8Array> {
  const packed = new Blob([decodeBase93(text)]).stream().pipeThrough(new DecompressionStream("gzip"));
  try {
    return new Uint8Array(await new Response(packed).arrayBuffer());
  } catch {
    // Browsers say only "Failed to fetch" here.
    throw new Error("its gzip data cannot be unpacked");
  }
}
