import type { CallTree } from "../../profile/call-tree.ts";
import { baseName } from "../../profile/frame-name.ts";
import { frameModule, frameName } from "../../profile/frames.ts";
import { displayName } from "./display-name.ts";
import { pathTo } from "./layout.ts";

/** The stack of a row as text for a report: the row first, then its callers, one a line, with the file each is in. */
export function stackText(tree: CallTree, row: number): string {
  const lines: string[] = [];
  for (const at of pathTo(tree, row).reverse()) {
    if (at === 0) continue;
    const frame = tree.frame[at];
    const module = frameModule(tree.frames, frame);
    const where = module === "" ? "" : ` (${displayName(baseName(module))})`;
    lines.push(`${displayName(frameName(tree.frames, frame))}${where}\n`);
  }
  return lines.join("");
}
