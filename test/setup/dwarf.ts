import { buildCorpus } from "../symbolizer/dwarf/corpus/corpus.ts";
import { PACKAGE_OF } from "../symbolizer/judges.ts";
import { ensureCommands } from "./debian.ts";

/** Builds the programs of the corpus and fetches Debian's debug packages, both once a machine. */
export default async function setup(): Promise<void> {
  ensureCommands(PACKAGE_OF);
  await buildCorpus("small");
  await buildCorpus("large");
}
