import type { Manifest } from "./messages.ts";
import { type Server, ServerError } from "./server.ts";

/** Parts asked for at once: enough to keep a slow line busy, and less than browsers allow to one server. */
const PARALLEL = 4;

/**
 * All parts of a profile, put together as they come; `progress` is told the bytes that are there. Undefined when the file
 * changed meanwhile. Throws ServerError, and an Error for a part of the wrong length.
 */
export async function fetchParts(
  server: Server,
  place: string,
  { bytes, parts, partBytes }: Manifest,
  progress: (bytes: number) => void,
): Promise<Uint8Array | undefined> {
  const whole = new Uint8Array(bytes);
  let next = 0;
  let done = 0;
  const fetchSome = async () => {
    while (next < parts) {
      const part = next++;
      const response = await server.get(`${place}/${part}`);
      const piece = new Uint8Array(await response.arrayBuffer());
      const start = part * partBytes;
      if (piece.length !== Math.min(partBytes, bytes - start)) throw new Error(`part ${part} is not whole`);
      whole.set(piece, start);
      done += piece.length;
      progress(done);
    }
  };
  try {
    await Promise.all(Array.from({ length: PARALLEL }, fetchSome));
  } catch (error) {
    // Gone, or no more kept: the server tells anew how to get it.
    if (error instanceof ServerError && (error.status === 410 || error.status === 404)) return undefined;
    throw error;
  }
  return whole;
}
