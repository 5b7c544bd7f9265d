import type { TreeFrameKind } from "../../../profile/frames.ts";
import type { Line, Look } from "../text/line.ts";
import { isPrintableAscii, textWidth } from "../text/width.ts";
import type { ColorDepth } from "./capabilities.ts";

/**
 * Colours as SGR parameters. Inks stand on a background that is not known, so they are in the middle: at least 4 : 1 on
 * black and on white (test/cli/view/paint.test.ts). Fills bear black text, in three tones of a hue.
 */
const INKS: Record<TreeFrameKind | "bar" | "warning", { of256: number; of16: string }> = {
  root: { of256: 243, of16: "" },
  process: { of256: 243, of16: "" },
  thread: { of256: 243, of16: "" },
  kernel: { of256: 161, of16: "31" },
  user: { of256: 130, of16: "33" },
  library: { of256: 31, of16: "36" },
  jit: { of256: 29, of16: "32" },
  unknown: { of256: 243, of16: "" },
  bar: { of256: 130, of16: "33" },
  warning: { of256: 161, of16: "31" },
};
const FILLS: Record<TreeFrameKind | "match", { of256: readonly number[]; of16: string }> = {
  root: { of256: [252, 251, 250], of16: "47" },
  process: { of256: [252, 251, 250], of16: "47" },
  thread: { of256: [254, 253, 252], of16: "47" },
  kernel: { of256: [210, 217, 209], of16: "41" },
  user: { of256: [215, 222, 179], of16: "43" },
  library: { of256: [117, 153, 110], of16: "46" },
  jit: { of256: [114, 157, 150], of16: "42" },
  unknown: { of256: [248, 247, 249], of16: "47" },
  match: { of256: [213, 177, 207], of16: "45" },
};
const BLACK_OF_256 = "38;5;16";
const BLACK_OF_16 = "30";

/** A line as text with escape sequences that ends in the terminal's own colours. */
export function paintLine(line: Line, colors: ColorDepth): string {
  let painted = "";
  let column = 1;
  let isExact = true;
  for (const { text, look } of line) {
    // Terminals disagree about the width of some characters: what follows those is put where it belongs.
    if (!isExact) painted += `\x1b[${column}G`;
    isExact = isPrintableAscii(text) || isBlocks(text);
    column += textWidth(text);
    const style = styleOf(look, colors);
    painted += style === "" ? text : `\x1b[${style}m${text}\x1b[0m`;
  }
  return painted;
}

/** Our own glyphs are one cell everywhere that they are used. */
function isBlocks(text: string): boolean {
  return /^[ -~█▒░▾▸│…·→─]*$/.test(text);
}

export function styleOf(look: Look, colors: ColorDepth): string {
  const parts: string[] = [];
  if (look.bold) parts.push("1");
  if (look.dim) parts.push("2");
  if (look.underline) parts.push("4");
  if (look.reverse) parts.push("7");
  if (colors === 0) {
    // A match must be seen without colours, too.
    if (look.fill === "match" && !look.underline) parts.push("4");
    return parts.join(";");
  }
  if (look.fill !== undefined) {
    const { of256, of16 } = FILLS[look.fill];
    const tone = of256[(look.shade ?? 0) % of256.length];
    parts.push(...(colors === 256 ? [BLACK_OF_256, `48;5;${tone}`] : [BLACK_OF_16, of16]));
  } else if (look.ink !== undefined) {
    const { of256, of16 } = INKS[look.ink];
    if (colors === 256) parts.push(`38;5;${of256}`);
    else if (of16 !== "") parts.push(of16);
  }
  return parts.join(";");
}
