import { buildCallTree, type CallTree } from "../../call-tree.ts";
import { frameKindOf, frameModule, frameName } from "../../frames.ts";
import type { Profile } from "../../profile.ts";
import { fromComments } from "../../recording-info.ts";
import type { GroupBy } from "../../sample-groups.ts";
import { type Paint, paintByKind, RUN_COLOUR } from "./colours.ts";
import { layoutPicture, type PictureLayout } from "./layout.ts";
import { grouped, percentWords, weightWords } from "./words.ts";

export interface PictureOptions {
  /** Pixels; default 1200. */
  width?: number;
  /** Root at the top instead of the bottom. */
  icicle?: boolean;
  /** Default: the target of the recording. */
  title?: string;
  /** Which of `profile.sampleTypes` to weigh by; default 0. */
  valueIndex?: number;
  groupBy?: GroupBy;
  /** A tree to draw instead of the one that `valueIndex` and `groupBy` give. */
  tree?: CallTree;
  paint?: Paint;
}

/** Sizes in pixels, the same for SVG and PNG. */
export const Metrics = {
  margin: 10,
  /** Title and subtitle. */
  header: 58,
  footer: 26,
  rowHeight: 17,
  fontSize: 11,
  titleSize: 15,
  /** Of a letter: 0.6 of the size in every common monospaced font. */
  letterWidth: 6.65,
  /** Space before and behind a label. */
  padding: 3,
  /** Narrower frames would be all outline. */
  outlineFrom: 4,
  defaultWidth: 1200,
} as const;

/** Frames narrower than this are joined to runs: more of them than a picture has room for. */
const MIN_FRAME_WIDTH = 0.1;
/** Runs narrower than this can't be seen, and are only counted. */
const MIN_RUN_WIDTH = 0.3;
/** Deeper stacks are cut, which is said: a picture of 64,000 pixels opens nowhere. */
const MAX_ROWS = 3000;

/** One box of a picture, in pixels from the left upper corner. */
export interface PictureBox {
  x: number;
  y: number;
  width: number;
  height: number;
  fill: string;
  isRun: boolean;
  /** The whole name. */
  name: string;
  /** Weight and share in words, module: what a tooltip says besides the name. */
  detail: string;
}

/** A still picture of a call tree: what SVG and PNG draw. */
export class Picture {
  readonly width: number;
  readonly height: number;
  readonly title: string;
  readonly subtitle: string;
  /** What the picture leaves out; `""` when nothing. */
  readonly note: string;
  readonly #tree: CallTree;
  readonly #layout: PictureLayout;
  readonly #options: PictureOptions;
  readonly #valueType: { type: string; unit: string };

  constructor(profile: Profile, options: PictureOptions = {}) {
    const valueIndex = options.valueIndex ?? 0;
    this.#options = options;
    this.#valueType = profile.sampleTypes[valueIndex] ?? { type: "samples", unit: "count" };
    this.#tree =
      options.tree ??
      buildCallTree(profile, { valueIndex, groupBy: options.groupBy ?? "process", order: "name" });
    this.width = options.width ?? Metrics.defaultWidth;
    const inner = this.width - 2 * Metrics.margin;
    this.#layout = layoutPicture(this.#tree, inner, MIN_FRAME_WIDTH, MAX_ROWS);
    this.height = Metrics.header + this.#layout.rows * Metrics.rowHeight + Metrics.footer;
    const info = fromComments(profile.comments);
    this.title = options.title ?? (info?.target || "Flame graph");
    this.subtitle = this.#subtitle(profile, info?.drops.reduce((sum, { count }) => sum + count, 0) ?? 0);
    const { hiddenFrames, hiddenWeight } = this.#layout;
    this.note =
      hiddenFrames === 0
        ? ""
        : `${grouped(hiddenFrames)} narrower or deeper frames are drawn in grey as one or not at all; ${percentWords(hiddenWeight, this.#tree.total[0])} of the weight goes through them.`;
  }

  /** All boxes, callers before callees. */
  *boxes(): Generator<PictureBox> {
    const { length, row, runEnd, depth, left, width, rows } = this.#layout;
    const tree = this.#tree;
    const paint = this.#options.paint ?? paintByKind;
    const whole = tree.total[0];
    for (let box = 0; box < length; box++) {
      const isRun = runEnd[box] > 0;
      if (isRun && width[box] < MIN_RUN_WIDTH) continue;
      const at = row[box];
      const frame = tree.frame[at];
      const level = this.#options.icicle ? depth[box] : rows - 1 - depth[box];
      const module = frameModule(tree.frames, frame);
      const weight = isRun ? this.#runWeight(at, runEnd[box]) : tree.total[at];
      const share = `${weightWords(weight, this.#valueType)}, ${percentWords(weight, whole)}`;
      const name = frameName(tree.frames, frame);
      yield {
        x: Metrics.margin + left[box],
        y: Metrics.header + level * Metrics.rowHeight,
        width: width[box],
        height: Metrics.rowHeight,
        fill: isRun ? RUN_COLOUR : paint(name, frameKindOf(tree.frames, frame)),
        isRun,
        name: isRun ? `${grouped(runEnd[box] - at)} narrower frames` : name,
        detail: module === "" || isRun ? share : `${share}, ${module}`,
      };
    }
  }

  /** The part of a label that has room in `width` pixels; `""` when that is not worth it. */
  static fit(label: string, width: number): string {
    const letters = Math.floor((width - 2 * Metrics.padding) / Metrics.letterWidth);
    if (letters >= label.length) return label;
    return letters < 3 ? "" : `${label.slice(0, letters - 1)}…`;
  }

  #runWeight(start: number, end: number): number {
    let weight = 0;
    for (let row = start; row < end; row = this.#tree.subtreeEnd[row]) weight += this.#tree.total[row];
    return weight;
  }

  #subtitle(profile: Profile, lost: number): string {
    const parts = [weightWords(this.#tree.total[0], this.#valueType)];
    if (profile.durationNanos > 0)
      parts.push(`in ${weightWords(profile.durationNanos, { type: "", unit: "nanoseconds" })}`);
    if (lost > 0) parts.push(`– ${grouped(lost)} samples lost`);
    return parts.join(" ");
  }
}
