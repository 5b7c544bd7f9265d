import { buildCorpus } from "../symbolizer/dwarf/corpus/corpus.ts";
import { PACKAGE_OF } from "../symbolizer/judges.ts";
import { ensureCommands } from "./debian.ts";

/** Unit tests judge the symbolizer by other people's tools, on real binaries and on programs built once a machine. */
export default async function setup(): Promise<void> {
  ensureCommands(PACKAGE_OF);
  await buildCorpus("small");
  await buildCorpus("fuzz");
}
