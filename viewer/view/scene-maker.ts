import type { CallTree } from "../../profile/call-tree.ts";
import { type Colouring, makeColouring } from "../model/colouring.ts";
import { type Zoom, zoomWeight } from "../model/layout.ts";
import { searchSentence } from "../model/messages.ts";
import type { Theme } from "../model/palette.ts";
import { countMatches, type SearchMatches, searchTree } from "../model/search.ts";
import { parseQuery } from "../model/search-query.ts";
import type { ColourMode, ViewState } from "../model/view-state.ts";
import type { Opened, Scene } from "./scene.ts";

/** Makes scenes from states. What took long is kept for the next scene as long as it is the same. */
export class SceneMaker {
  #searched: { tree: CallTree; key: string; matches: SearchMatches | undefined } | undefined;
  #coloured: { tree: CallTree; key: string; colouring: Colouring } | undefined;

  /** Rows of the state that the tree does not have are passed over: the scene's state is without them. */
  make(wanted: ViewState, opened: Opened, colours: ColourMode, theme: Theme): Scene {
    const tree = opened.source.tree(wanted);
    const zoom = knownZoom(tree, wanted);
    const state = { ...wanted, zoom: zoom.row, zoomEnd: zoom.end };
    const { search, found } = this.#search(state, tree, zoom);
    const colouring = this.#colouring(state, opened, tree, colours, theme);
    return { state, ...opened, tree, zoom, search, found, colours, colouring, theme };
  }

  #search(
    { query: text, matchCase }: ViewState,
    tree: CallTree,
    zoom: Zoom,
  ): Pick<Scene, "search" | "found"> {
    const query = parseQuery(text, matchCase);
    const key = `${matchCase} ${text}`;
    if (this.#searched?.tree !== tree || this.#searched.key !== key) {
      const matches = query.kind === "test" ? searchTree(tree, query.matches) : undefined;
      this.#searched = { tree, key, matches };
    }
    const search = this.#searched.matches;
    if (query.kind === "bad") return { search, found: { sentence: query.message, bad: true } };
    if (!search) return { search, found: { sentence: "", bad: false } };
    const zoomed =
      zoom.row > 0
        ? { weight: zoomWeight(tree, zoom), count: countMatches(tree, search, zoom.row, zoom.end) }
        : undefined;
    return {
      search,
      found: { sentence: searchSentence(tree, countMatches(tree, search, 0), zoomed), bad: false },
    };
  }

  #colouring(
    state: ViewState,
    { source }: Opened,
    tree: CallTree,
    mode: ColourMode,
    theme: Theme,
  ): Colouring {
    const key = `${mode} ${theme}`;
    if (this.#coloured?.tree !== tree || this.#coloured.key !== key) {
      this.#coloured = { tree, key, colouring: makeColouring(tree, source.whole(state), mode, theme) };
    }
    return this.#coloured.colouring;
  }
}

/** The zoom of a state as far as the tree has it; all of the tree otherwise. */
function knownZoom(tree: CallTree, { zoom, zoomEnd }: ViewState): Zoom {
  if (zoom >= tree.length || tree.total[zoom] <= 0) return { row: 0, end: 0 };
  const isSpan = zoom > 0 && zoomEnd > zoom && zoomEnd <= tree.subtreeEnd[tree.parent[zoom]];
  // A span ends where another sibling begins, or with the last one.
  const ends = isSpan && (zoomEnd === tree.length || tree.depth[zoomEnd] <= tree.depth[zoom]);
  return { row: zoom, end: ends ? zoomEnd : 0 };
}
