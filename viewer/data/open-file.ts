import type { Profile } from "../../profile/profile.ts";
import { loadFormats } from "./load-formats.ts";

/** A file that a person gave to the page, in any format that is known. Rejects with a sentence of what is wrong. */
export async function openFile(file: File): Promise<Profile> {
  const { readProfileStream } = await loadFormats();
  const magic = new Uint8Array(await file.slice(0, 2).arrayBuffer());
  const isGzip = magic[0] === 0x1f && magic[1] === 0x8b;
  const bytes = isGzip ? file.stream().pipeThrough(new DecompressionStream("gzip")) : file.stream();
  return (await readProfileStream(chunksOf(bytes))).profile;
}

/** Not every browser iterates streams by itself. */
async function* chunksOf(stream: ReadableStream<Uint8Array>): AsyncGenerator<Uint8Array> {
  const reader = stream.getReader();
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return;
    yield value;
  }
}
