import type { Formats } from "../formats/entry.ts";
import { unpack } from "./unpack.ts";

let loading: Promise<Formats> | undefined;

/** The script that reads and writes other formats. The page's policy knows its hash, so nothing else can run in its place. */
export function loadFormats(): Promise<Formats> {
  loading ??= load();
  return loading;
}

async function load(): Promise<Formats> {
  const packed = document.getElementById("stapflame-formats")?.textContent?.trim() ?? "";
  const script = document.createElement("script");
  script.textContent = new TextDecoder().decode(await unpack(packed));
  document.head.append(script);
  script.remove();
  const formats = globalThis.stapflameFormats;
  if (formats === undefined) throw new Error("This page is damaged: it cannot read or write other formats.");
  return formats;
}
