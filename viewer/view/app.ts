import type { CallTree } from "../../profile/call-tree.ts";
import type { Profile } from "../../profile/profile.ts";
import type { SourceText } from "../../profile/source-text.ts";
import { sameRow } from "../model/find-path.ts";
import { frameDetails } from "../model/frame-details.ts";
import { type FrameFacts, factsSentence, frameFacts, runFacts } from "../model/frame-facts.ts";
import { type Layout, layoutBounded } from "../model/layout.ts";
import {
  MAX_DRAWN_FRAMES,
  MAX_DRAWN_ROWS,
  MAX_TOOLTIP_STACKS,
  MIN_FRAME_WIDTH,
  rowHeightFor,
} from "../model/limits.ts";
import { EMPTY_SENTENCE, hiddenSentence, levelsSentence, searchSentence } from "../model/messages.ts";
import { ProfileTrees } from "../model/profile-trees.ts";
import { recordingFacts } from "../model/recording-facts.ts";
import { countMatches, nextMatch, type SearchMatches, searchTree } from "../model/search.ts";
import { parseQuery } from "../model/search-query.ts";
import { sourceView } from "../model/source-view.ts";
import { INITIAL_STATE, type ViewState } from "../model/view-state.ts";
import { Address } from "./address.ts";
import { Chart } from "./chart.ts";
import { byId } from "./elements.ts";
import { FramePanel } from "./frame-panel.ts";
import { listenToKeys } from "./keyboard.ts";
import { showLegend } from "./legend.ts";
import { showSummary } from "./summary.ts";
import type { ThemeSwitch } from "./theme.ts";
import { Toolbar } from "./toolbar.ts";
import { FrameTooltip } from "./tooltip.ts";

/**
 * Holds the state and redraws what depends on it:
 *
 *     address ⇄ state ──▶ tree ──▶ search ──▶ layout ──▶ chart, status line
 */
export class App {
  readonly #trees: ProfileTrees;
  readonly #address: Address;
  readonly #toolbar: Toolbar;
  readonly #theme: ThemeSwitch;
  readonly #showHelp: () => void;
  readonly #chart: Chart;
  readonly #tooltip = new FrameTooltip();
  readonly #status = byId("frame-status", HTMLElement);
  readonly #hiddenStatus = byId("hidden-status", HTMLElement);
  readonly #levelsStatus = byId("levels-status", HTMLElement);
  #state: ViewState = INITIAL_STATE;
  #tree: CallTree;
  #search: { tree: CallTree; key: string; matches: SearchMatches | undefined } | undefined;
  #layout: Layout | undefined;
  /** The box whose tooltip is shown. */
  #pointed: number | undefined;
  #matchRow = -1;

  /** The row that the panel is about; -1: the zoomed one. */
  #chosen = -1;
  readonly #panel = new FramePanel(() => this.#togglePanel());
  readonly #loadSources: () => Promise<SourceText>;
  #sources: SourceText | undefined;

  constructor(
    profile: Profile,
    sources: () => Promise<SourceText>,
    theme: ThemeSwitch,
    showHelp: () => void,
  ) {
    this.#loadSources = sources;
    this.#trees = new ProfileTrees(profile);
    this.#address = new Address((state) => this.#show(state));
    this.#showHelp = showHelp;
    this.#theme = theme;
    theme.onChange = () => this.#redraw();
    this.#toolbar = new Toolbar({
      change: (part, how) => this.#change(part, how),
      resetZoom: () => this.#change({ zoom: 0 }, "push"),
      togglePanel: () => this.#togglePanel(),
      nextMatch: (direction) => this.#goToMatch(direction),
    });
    this.#chart = new Chart(byId("chart", HTMLElement), byId("canvas", HTMLDivElement), {
      zoom: (row) => this.#change({ zoom: row }, "push"),
      point: (box, x, y) => this.#point(box, x, y),
      focus: (box) => {
        this.#showStatus(box);
        this.#choose(box);
      },
    });
    showSummary(recordingFacts(profile));
    this.#tree = this.#trees.tree(INITIAL_STATE.groupBy, INITIAL_STATE.order);
  }

  start(): void {
    const empty = this.#tree.total[0] <= 0;
    document.body.dataset.state = empty ? "empty" : "ready";
    if (empty) {
      byId("message", HTMLElement).textContent = EMPTY_SENTENCE;
      return;
    }
    listenToKeys({
      focusSearch: () => this.#toolbar.focusSearch(),
      showHelp: this.#showHelp,
      togglePanel: () => this.#togglePanel(),
      escape: () => this.#escape(),
    });
    this.#show(this.#address.state);
    this.#redrawOnResize(byId("chart", HTMLElement));
  }

  /** A person changed something. Another tree has other rows, so the zoom is looked up in it. */
  #change(part: Partial<ViewState>, how: "push" | "replace"): void {
    const next = { ...this.#state, ...part };
    if (next.groupBy !== this.#state.groupBy || next.order !== this.#state.order) {
      next.zoom = sameRow(this.#tree, this.#state.zoom, this.#trees.tree(next.groupBy, next.order));
    }
    this.#address.write(next, how);
    this.#show(next);
  }

  #show(state: ViewState): void {
    this.#tree = this.#trees.tree(state.groupBy, state.order);
    const known = state.zoom < this.#tree.length && this.#tree.total[state.zoom] > 0;
    this.#state = known ? state : { ...state, zoom: 0 };
    this.#chosen = -1;
    this.#toolbar.show(this.#state);
    // Before the graph is drawn, because the panel takes of its width.
    document.body.dataset.panel = this.#state.panel ? "open" : "closed";
    this.#showPanel();
    this.#redraw();
  }

  #togglePanel(): void {
    const chosen = this.#chosen;
    this.#change({ panel: !this.#state.panel }, "replace");
    this.#chosen = chosen;
    this.#showPanel();
  }

  /** The panel goes with the frame that the keyboard is on. */
  #choose(box: number): void {
    if (!this.#layout || this.#layout.runEnd[box] > 0) return;
    this.#chosen = this.#layout.row[box];
    this.#showPanel();
  }

  #showPanel(): void {
    const type = this.#trees.profile.sampleTypes[0];
    if (!this.#state.panel || type === undefined || document.body.dataset.state !== "ready") {
      this.#panel.hide();
      return;
    }
    if (this.#sources === undefined) {
      void this.#loadSources().then((sources) => {
        this.#sources = sources;
        this.#showPanel();
      });
    }
    const tree = this.#tree;
    const { profile } = this.#trees;
    const { zoom, groupBy } = this.#state;
    const row = this.#chosen >= 0 ? this.#chosen : zoom;
    const sampled = this.#trees.linesOf(tree, row, groupBy);
    const facts = frameFacts(tree, row, zoom, type, this.#trees.timeOf(tree, row, groupBy), sampled);
    const blocks =
      this.#sources && sourceView(sampled.lines, tree.frames.strings, this.#sources, tree.total[row]);
    this.#panel.show({ facts, details: frameDetails(profile, tree, row, facts), blocks });
  }

  #redraw(): void {
    const { direction, zoom } = this.#state;
    document.body.dataset.direction = direction;
    const tree = this.#tree;
    if (document.body.dataset.state !== "ready") return;
    const search = this.#runSearch();
    const width = this.#chart.width;
    const layoutOf = (top: number) =>
      layoutBounded(tree, top, width, MIN_FRAME_WIDTH, MAX_DRAWN_ROWS, MAX_DRAWN_FRAMES);
    const layout = layoutOf(zoom);
    // Zooming in leaves the graph as high as it was, so that nothing jumps away from under the pointer.
    const rows = zoom > 0 ? Math.max(layout.rows, layoutOf(0).rows) : layout.rows;
    this.#layout = layout;
    this.#point(undefined, 0, 0);
    const rowHeight = rowHeightFor(window.innerWidth);
    const theme = this.#theme.current;
    this.#chart.show({ tree, layout, rows, width, rowHeight, direction, search, theme });
    showLegend(byId("legend", HTMLElement), tree, theme);
    this.#hiddenStatus.textContent = hiddenSentence(tree, layout);
    this.#levelsStatus.textContent = levelsSentence(layout.rows, this.#chart.visibleRows);
    this.#showStatus(undefined);
  }

  #runSearch(): SearchMatches | undefined {
    const { query: text, matchCase, zoom } = this.#state;
    const tree = this.#tree;
    const query = parseQuery(text, matchCase);
    const key = `${matchCase} ${text}`;
    if (this.#search?.tree !== tree || this.#search.key !== key) {
      this.#matchRow = -1;
      const matches = query.kind === "test" ? searchTree(tree, query.matches) : undefined;
      this.#search = { tree, key, matches };
    }
    const { matches } = this.#search;
    if (query.kind === "bad") this.#toolbar.showResult(query.message, true);
    else if (!matches) this.#toolbar.showResult("", false);
    else {
      const zoomed = zoom > 0 ? { row: zoom, count: countMatches(tree, matches, zoom) } : undefined;
      this.#toolbar.showResult(searchSentence(tree, countMatches(tree, matches, 0), zoomed), false);
    }
    return matches;
  }

  #goToMatch(direction: 1 | -1): void {
    const matches = this.#search?.matches;
    if (!matches || !this.#layout) return;
    this.#matchRow = nextMatch(this.#layout, matches, this.#matchRow, direction);
    if (this.#matchRow >= 0) this.#chart.focusOn(this.#matchRow);
  }

  /** Esc takes back one thing at a time: the search, then the zoom. */
  #escape(): void {
    if (this.#pointed !== undefined) this.#point(undefined, 0, 0);
    if (this.#toolbar.searching) this.#toolbar.clearSearch();
    else if (this.#state.zoom > 0) this.#change({ zoom: 0 }, "push");
  }

  #point(box: number | undefined, x: number, y: number): void {
    if (box === undefined) {
      this.#tooltip.hide();
      if (this.#pointed !== undefined) this.#showStatus(undefined);
    } else if (box === this.#pointed) {
      this.#tooltip.moveTo(x, y);
    } else {
      const facts = this.#factsOf(box, true);
      if (facts) this.#tooltip.show(facts, x, y);
    }
    this.#pointed = box;
  }

  /** One line on a box; without one, on the zoomed frame. */
  #showStatus(box: number | undefined): void {
    const facts = this.#factsOf(box ?? (this.#layout ? this.#tree.depth[this.#layout.zoom] : 0));
    this.#status.textContent = facts ? factsSentence(facts) : "";
  }

  /** `withLines`: the busiest lines too, which take a pass over the profile. */
  #factsOf(box: number, withLines = false): FrameFacts | undefined {
    const layout = this.#layout;
    const type = this.#trees.profile.sampleTypes[0];
    if (!layout || type === undefined) return undefined;
    if (layout.runEnd[box] > 0) return runFacts(this.#tree, layout, box, type);
    const row = layout.row[box];
    const time = this.#trees.timeOf(this.#tree, row, this.#state.groupBy);
    const sampled =
      withLines && this.#trees.linesCost <= MAX_TOOLTIP_STACKS
        ? this.#trees.linesOf(this.#tree, row, this.#state.groupBy)
        : undefined;
    return frameFacts(this.#tree, row, layout.zoom, type, time, sampled);
  }

  #redrawOnResize(element: HTMLElement): void {
    let width = this.#chart.width;
    let scheduled = 0;
    new ResizeObserver(() => {
      cancelAnimationFrame(scheduled);
      scheduled = requestAnimationFrame(() => {
        if (this.#chart.width === width) return;
        width = this.#chart.width;
        this.#redraw();
      });
    }).observe(element);
  }
}
