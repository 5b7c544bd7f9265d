import type { CallTree } from "../../profile/call-tree.ts";
import type { SourceText } from "../../profile/source-text.ts";
import type { Colouring } from "../model/colouring.ts";
import type { ChangesOfRows } from "../model/diff/change-tones.ts";
import type { Zoom } from "../model/layout.ts";
import type { LostSamples } from "../model/lost-samples.ts";
import type { Theme } from "../model/palette.ts";
import type { SearchMatches } from "../model/search.ts";
import type { ShownTree, TreeSource } from "../model/tree-source.ts";
import type { ColourMode, ViewState } from "../model/view-state.ts";

/** What the page has opened: trees, and the source text of the same programs. */
export interface Opened {
  /** What it is called: the target of the recording, or the file. */
  readonly name: string;
  readonly source: TreeSource;
  readonly sources: () => Promise<SourceText>;
}

/** All that the page shows at one moment, made from the state by view/scene-maker.ts. Nothing in it is changed afterwards. */
export interface Scene extends Opened {
  readonly state: ViewState;
  /** What the view is about, and what that was made of. */
  readonly shown: ShownTree;
  /** `shown.tree`. */
  readonly tree: CallTree;
  /** Weight of all samples, before filters and changes. */
  readonly all: number;
  /** What is zoomed into; rows of `tree`. */
  readonly zoom: Zoom;
  /** undefined: nothing is searched for. */
  readonly search: SearchMatches | undefined;
  /** 1 for each frame of `tree.frames` that the search found. */
  readonly foundFrames: Uint8Array | undefined;
  /** What the search found, or why it could not search, in words. */
  readonly found: { readonly sentence: string; readonly bad: boolean };
  readonly colours: ColourMode;
  readonly colouring: Colouring;
  /** Of the rows of `tree`, in a comparison. */
  readonly changes: ChangesOfRows | undefined;
  /** To be shown beside the graph; undefined: none were lost, or the picture is not of all samples that were taken. */
  readonly lost: LostSamples | undefined;
  readonly theme: Theme;
}

/**
 * A part of the page: it shows the scene and holds no state of its own that a person could miss. It changes things only
 * through `Page`.
 */
export interface Part {
  /** After each change of the state. */
  show(scene: Scene): void;
  /** When another row of the scene's tree is the one that the details and the copy keys are about. */
  choose?(scene: Scene, row: number): void;
}

/** A part in the middle of the page, one of them shown at a time (view/views.ts). */
export interface View extends Part {
  /** Another view is shown now. */
  hide(): void;
  /** Goes to the next (1) or previous (-1) match. */
  goToMatch?(direction: 1 | -1): void;
  /** Whether Esc had something to close in it. */
  escape?(): boolean;
}

/** What a part may do to the page. */
export interface Page {
  /** `push` makes a step that the browser's "back" undoes; `replace` does not. */
  change(part: Partial<ViewState>, how: "push" | "replace"): void;
  /** Zooms into rows of the scene's tree, perhaps in another view of the same tree. */
  zoomTo(zoom: Zoom, part?: Partial<ViewState>): void;
  /** The row that details and copy keys are about; -1: the zoomed one. */
  choose(row: number): void;
  /** The row under the pointer, which copy keys are about first; -1: none. */
  point(row: number): void;
  /** Says a sentence in the status line and to screen readers. */
  say(sentence: string): void;
}
