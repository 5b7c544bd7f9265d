/** Folded stacks, one `root;caller;callee count` a line: what flamegraph.pl and most viewers read. */
export { FoldedReader, parseFolded } from "./folded-parse.ts";
export { type FoldedOptions, writeFolded } from "./folded-write.ts";
