import type { CallTree } from "../../profile/call-tree.ts";
import type { FrameTable } from "../../profile/frames.ts";
import { framesMatching } from "../../profile/search/match-frames.ts";
import { parseSearch } from "../../profile/search/search-text.ts";
import { matchRows, summarizeMatches } from "../../profile/search/tree-matches.ts";
import { type Colouring, makeColouring } from "../model/colouring.ts";
import type { ChangesOfRows } from "../model/diff/change-tones.ts";
import { type Zoom, zoomWeight } from "../model/layout.ts";
import { searchSentence } from "../model/messages.ts";
import type { Theme } from "../model/palette.ts";
import type { SearchMatches } from "../model/search.ts";
import type { ShownTree } from "../model/tree-source.ts";
import type { ColourMode, ViewState } from "../model/view-state.ts";
import type { Opened, Scene } from "./scene.ts";

/** The part of all samples that counts as all: sums of fractions differ by the order in which they are added. */
const ALL = 1 - 1e-9;

/** Makes scenes from states. What took long is kept for the next scene as long as it is the same. */
export class SceneMaker {
  #found: { frames: FrameTable; key: string; found: Uint8Array } | undefined;
  #matches: { tree: CallTree; found: Uint8Array; matches: SearchMatches } | undefined;
  #baseMatches: { tree: CallTree; found: Uint8Array; matches: SearchMatches } | undefined;
  #coloured:
    | { tree: CallTree; key: string; colouring: Colouring; changes: ChangesOfRows | undefined }
    | undefined;

  /** Paths of the state that the tree does not have are passed over: the scene's state is without them. */
  make(wanted: ViewState, opened: Opened, colours: ColourMode, theme: Theme): Scene {
    const { source } = opened;
    const shown = source.shown(wanted);
    const { tree } = shown;
    const zoom = knownZoom(opened, shown, wanted);
    const state = {
      ...wanted,
      zoom: zoom.row === 0 ? "" : wanted.zoom,
      zoomEnd: zoom.end === 0 ? "" : wanted.zoomEnd,
    };
    const all = source.whole(state).total[0];
    const searched = this.#search(state, shown, all, zoom);
    const { colouring, changes } = this.#colouring(state, opened, shown, colours, theme);
    const isOfAll = zoom.row === 0 && zoom.end === 0 && tree.total[0] >= all * ALL;
    const isGraph = state.view === "graph" || state.view === "inverted";
    const lost = isGraph && isOfAll ? source.lost : undefined;
    return {
      state,
      ...opened,
      shown,
      tree,
      all,
      zoom,
      ...searched,
      colours,
      colouring,
      changes,
      lost,
      theme,
    };
  }

  #search(
    { search }: ViewState,
    { tree, base, inverted }: ShownTree,
    all: number,
    zoom: Zoom,
  ): Pick<Scene, "search" | "found" | "foundFrames"> {
    const parsed = parseSearch(search);
    const nothing = { search: undefined, foundFrames: undefined };
    if (parsed.kind === "bad") return { ...nothing, found: { sentence: parsed.message, bad: true } };
    if (parsed.kind === "empty") return { ...nothing, found: { sentence: "", bad: false } };
    const key = JSON.stringify(search);
    if (this.#found?.frames !== base.frames || this.#found.key !== key) {
      this.#found = { frames: base.frames, key, found: framesMatching(base.frames, parsed) };
    }
    const { found } = this.#found;
    if (this.#matches?.tree !== tree || this.#matches.found !== found) {
      this.#matches = { tree, found, matches: matchRows(tree, found) };
    }
    const { matches } = this.#matches;
    // Counted from the root down and with the light rows, so that no sample is counted twice and none is missed.
    if (this.#baseMatches?.tree !== base || this.#baseMatches.found !== found) {
      this.#baseMatches = { tree: base, found, matches: tree === base ? matches : matchRows(base, found) };
    }
    const whole = { weight: base.total[0], count: summarizeMatches(base, this.#baseMatches.matches) };
    const zoomed =
      zoom.row > 0 && !inverted
        ? { weight: zoomWeight(tree, zoom), count: summarizeMatches(tree, matches, zoom.row, zoom.end) }
        : undefined;
    return {
      search: matches,
      foundFrames: found,
      found: { sentence: searchSentence(all, whole, zoomed), bad: false },
    };
  }

  #colouring(
    state: ViewState,
    { source }: Opened,
    shown: ShownTree,
    mode: ColourMode,
    theme: Theme,
  ): Pick<Scene, "colouring" | "changes"> {
    const { tree } = shown;
    const key = `${mode} ${theme} ${state.minChange}`;
    if (this.#coloured?.tree !== tree || this.#coloured.key !== key) {
      const changes = source.comparison?.rows(tree, shown, state.minChange);
      const colouring = makeColouring(tree, source.whole(state), mode, theme, changes);
      this.#coloured = { tree, key, colouring, changes };
    }
    return this.#coloured;
  }
}

/** The zoom of a state as far as the tree has it; all of the tree otherwise. */
function knownZoom({ source }: Opened, { tree }: ShownTree, { zoom, zoomEnd }: ViewState): Zoom {
  const row = source.paths.rowOf(tree, zoom);
  if (row <= 0 || tree.total[row] <= 0) return { row: 0, end: 0 };
  const last = zoomEnd === "" ? -1 : source.paths.rowOf(tree, zoomEnd);
  // A span is of siblings.
  const isSpan = last >= row && tree.parent[last] === tree.parent[row];
  return { row, end: isSpan ? tree.subtreeEnd[last] : 0 };
}
