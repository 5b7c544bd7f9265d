/** A frame as any of the judges, or we, tell it. */
export interface Frame {
  /** As the file bears it (mangled); "" when unknown. */
  name: string;
  /** Absolute and without `.`, `..` and doubled slashes; "" when unknown. */
  file: string;
  /** 0 when unknown, and for code that stands for no line. */
  line: number;
}

/** Innermost first; empty when nothing is known. */
export type Chain = readonly Frame[];

/** A path in its one spelling, as compilers and readers join folders and files in different ways. */
export function normalPath(path: string): string {
  if (path === "" || path === "??") return "";
  const parts: string[] = [];
  for (const part of path.split("/")) {
    if (part === "" || part === ".") continue;
    if (part === ".." && parts.length > 0 && parts[parts.length - 1] !== "..") parts.pop();
    else if (part !== ".." || !path.startsWith("/")) parts.push(part);
  }
  return (path.startsWith("/") ? "/" : "") + parts.join("/");
}

/** As a line of a table of differences: `inner file:1 < outer file:2`. */
export function chainText(chain: Chain): string {
  if (chain.length === 0) return "(nothing)";
  return chain.map(({ name, file, line }) => `${name || "??"} ${file || "??"}:${line}`).join(" < ");
}
