import { once } from "node:events";
import { writeFileAtomically } from "../profile/node/atomic-file.ts";
import { fileFailure } from "./file-failure.ts";

type Chunks = Iterable<string | Uint8Array> | AsyncIterable<string | Uint8Array>;

/**
 * Writes a file whole or not at all; `-` is standard output, whatever that is (a socket can't be opened by its name).
 * Throws Failure.
 */
export async function writeOutput(path: string, chunks: Chunks): Promise<void> {
  if (path !== "-") {
    try {
      await writeFileAtomically(path, chunks);
    } catch (error) {
      throw fileFailure("write", path, error);
    }
    return;
  }
  // That the reader of a pipe has seen enough is for main.ts to notice.
  for await (const chunk of chunks) {
    if (!process.stdout.write(chunk)) await once(process.stdout, "drain");
  }
}
