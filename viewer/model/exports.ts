import type { CallTree } from "../../profile/call-tree.ts";
import type { Paint } from "../../profile/formats/picture/colours.ts";
import { frameKindOf, frameName } from "../../profile/frames.ts";
import type { Profile } from "../../profile/profile.ts";
import type { Formats } from "../formats/entry.ts";
import { makeColouring } from "./colouring.ts";
import { subtree } from "./re-root.ts";
import type { ColourMode } from "./view-state.ts";

/** The formats that the page saves the whole recording in. */
export const DATA_EXPORTS = [
  { format: "pprof", label: "pprof", ending: "pb.gz" },
  { format: "folded", label: "Folded text", ending: "folded" },
  { format: "speedscope", label: "speedscope", ending: "speedscope.json" },
  { format: "firefox", label: "Firefox Profiler", ending: "firefox.json.gz" },
] as const;

export type DataFormat = (typeof DATA_EXPORTS)[number]["format"];

/** A profile in a format, not packed. */
export function exportData(
  { encodePprof, writeFirefox, writeFolded, writeSpeedscope }: Formats,
  profile: Profile,
  format: DataFormat,
  options: { name: string; valueIndex: number; exporter: string },
): (string | Uint8Array<ArrayBuffer>)[] {
  const { name, valueIndex, exporter } = options;
  switch (format) {
    case "pprof":
      return [new Uint8Array(encodePprof(profile))];
    case "folded":
      return [...writeFolded(profile, { valueIndex })];
    case "speedscope":
      return [...writeSpeedscope(profile, exporter, { name })];
    case "firefox":
      return [...writeFirefox(profile, { valueIndex })];
  }
}

/** What the format has no room for, in words; "" when it holds all. */
export function lossWords(
  { lossesOf }: Formats,
  profile: Profile,
  format: DataFormat,
  valueIndex: number,
): string {
  const lost = lossesOf(profile, format, { valueIndex });
  return lost.length === 0 ? "" : `without ${lost.join(", ")}`;
}

export interface PictureSource {
  profile: Profile;
  tree: CallTree;
  /** The tree that ranks of colours are of. */
  whole: CallTree;
  /** Row of `tree` that has the full width. */
  top: number;
  colours: ColourMode;
  icicle: boolean;
  title: string;
  valueIndex: number;
  width: number;
}

/** The graph that is shown as an SVG, whole: in the page's colours, on white. `interactive`: it zooms and searches. */
export function exportSvg({ writeSvg }: Formats, source: PictureSource, interactive: boolean): string {
  const { profile, icicle, title, valueIndex, width } = source;
  const tree = subtree(source.tree, source.top);
  const paint = paintAsShown(source);
  return [...writeSvg(profile, { tree, paint, icicle, title, valueIndex, width, interactive })].join("");
}

/** The colours of the light theme, by name and kind, which is what pictures ask for. */
function paintAsShown({ tree, whole, colours }: PictureSource): Paint {
  const colouring = makeColouring(tree, whole, colours, "light");
  const rowOf = new Map<string, number>();
  const seen = new Uint8Array(tree.frames.length);
  for (let row = 0; row < tree.length; row++) {
    const frame = tree.frame[row];
    if (seen[frame] === 1) continue;
    seen[frame] = 1;
    const key = `${frameKindOf(tree.frames, frame)} ${frameName(tree.frames, frame)}`;
    if (!rowOf.has(key)) rowOf.set(key, row);
  }
  return (name, kind) => colouring.paint(rowOf.get(`${kind} ${name}`) ?? 0, "plain").fill;
}
