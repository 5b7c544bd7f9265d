import type { Formats } from "../formats/entry.ts";
import { runPacked } from "./run-packed.ts";

let loading: Promise<Formats> | undefined;

/** The script that reads and writes other formats. */
export function loadFormats(): Promise<Formats> {
  loading ??= load();
  return loading;
}

async function load(): Promise<Formats> {
  await runPacked("stapflame-formats");
  const formats = globalThis.stapflameFormats;
  if (formats === undefined) throw new Error("This page is damaged: it cannot read or write other formats.");
  return formats;
}
