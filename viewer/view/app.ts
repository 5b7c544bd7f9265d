import { type FrameKey, frameKeyOf } from "../../profile/analysis/frame-key.ts";
import type { Transform } from "../../profile/analysis/transform.ts";
import type { CallTree } from "../../profile/call-tree.ts";
import { frameName, isGroup } from "../../profile/frames.ts";
import { openFile as readFile } from "../data/open-file.ts";
import type { Side } from "../model/analysis-state.ts";
import { carryZoom } from "../model/carry-zoom.ts";
import { COLOUR_MODE_WORDS } from "../model/colouring.ts";
import { comparisonFacts } from "../model/diff/comparison-facts.ts";
import { displayName } from "../model/display-name.ts";

import { plural } from "../model/format.ts";
import { FRAME_CHANGES, type FrameChange, transformOf } from "../model/frame-changes.ts";
import type { KeyAction } from "../model/keys.ts";
import type { Zoom } from "../model/layout.ts";
import { EMPTY_SENTENCE } from "../model/messages.ts";
import { recordingFacts } from "../model/recording-facts.ts";
import { stackText } from "../model/stack-text.ts";
import { transformWords } from "../model/transform-words.ts";
import { TreeSource } from "../model/tree-source.ts";
import {
  COLOUR_MODES,
  type ColourMode,
  INITIAL_STATE,
  PLAIN_COLOUR_MODES,
  type ViewState,
} from "../model/view-state.ts";
import { Address } from "./address.ts";
import { Bars } from "./bars.ts";
import { copyText } from "./clipboard.ts";
import { ComparisonBar } from "./comparison-bar.ts";
import { DetailsPart } from "./details-part.ts";
import { byId } from "./elements.ts";
import { FileMenu } from "./file-menu.ts";
import { listenToKeys } from "./keyboard.ts";
import { Legend } from "./legend.ts";
import type { Preferences } from "./preferences.ts";
import { Said } from "./said.ts";
import type { Opened, Page, Part, Scene } from "./scene.ts";
import { SceneMaker } from "./scene-maker.ts";
import { SearchField } from "./search-field.ts";
import { Stage } from "./stage.ts";
import { showSummary } from "./summary.ts";
import { nextTheme, showThemeButton, type ThemeWatch } from "./theme.ts";
import { TimePart } from "./time-part.ts";
import { Toolbar } from "./toolbar.ts";
import { entriesOf, entryOf } from "./views.ts";

/**
 * Holds the state and has all parts of the page show it:
 *
 *     address ⇄ state ──▶ scene (tree, zoom, search, colours) ──▶ parts (toolbar, stage, details, legend, …)
 *                 ▲                                                 │
 *                 └──────────────────── change ◀────────────────────┘
 */
export class App implements Page {
  readonly #address = new Address((state) => this.#show(state));
  readonly #preferences: Preferences;
  readonly #theme: ThemeWatch;
  readonly #themeButton = byId("theme", HTMLButtonElement);
  readonly #showHelp: () => void;
  readonly #scenes = new SceneMaker();
  readonly #search = new SearchField(
    this,
    (direction) => this.#stage.goToMatch(direction),
    () => this.#actions.keepMatches(),
  );
  readonly #stage = new Stage(byId("stage-views", HTMLElement), this);
  readonly #said = new Said();
  /** In the order in which they are shown: what takes room before what fills the rest. */
  readonly #parts: Part[];
  #opened: Opened | undefined;
  #state: ViewState = INITIAL_STATE;
  #scene: Scene | undefined;
  /** Rows of the scene's tree; -1: none. */
  #chosen = -1;
  #pointed = -1;

  constructor(preferences: Preferences, theme: ThemeWatch, showHelp: () => void) {
    this.#preferences = preferences;
    this.#theme = theme;
    this.#showHelp = showHelp;
    theme.onChange = () => this.#show(this.#state);
    const details = new DetailsPart({
      close: () => this.#actions.details(),
      copyName: () => this.#actions.copyName(),
      copyStack: () => this.#actions.copyStack(),
      sandwich: () => this.#actions.sandwich(),
      change: (change) => this.#actions[change](),
    });
    const toolbar = new Toolbar(this, (mode) => this.#chooseColours(mode));
    this.#parts = [
      toolbar,
      this.#search,
      new ComparisonBar(this),
      new Bars(this),
      new TimePart(this),
      details,
      new Legend(),
      this.#stage,
      new FileMenu(this, (file) => void this.openFile(file)),
    ];
    showThemeButton(this.#themeButton, preferences.theme);
    this.#themeButton.addEventListener("click", () => this.#actions.theme());
    listenToKeys((action) => {
      if (this.#scene || action === "help" || action === "theme") this.#actions[action]();
    });
  }

  /** Shows a profile, the first or another; `state`: as the address says. */
  open(opened: Opened, state = this.#address.state): void {
    this.#opened = opened;
    this.#scene = undefined;
    const { comparison, profile } = opened.source;
    showSummary(comparison ? comparisonFacts(comparison.comparison) : recordingFacts(profile, opened.name));
    document.body.dataset.page = comparison ? "comparison" : "profile";
    const empty = !(opened.source.whole(INITIAL_STATE).total[0] > 0);
    document.body.dataset.state = empty ? "empty" : "ready";
    byId("message", HTMLElement).textContent = empty ? EMPTY_SENTENCE : "";
    this.#show(state);
  }

  /** Shows a file that a person gave to the page; what was shown stays when it can't be read. */
  async openFile(file: File): Promise<void> {
    this.say(`Reading ${file.name}…`);
    // So that the sentence is seen before the page is busy.
    await new Promise((resolve) => setTimeout(resolve, 30));
    try {
      const source = new TreeSource(await readFile(file));
      const { title } = recordingFacts(source.profile, file.name);
      this.#address.write(INITIAL_STATE, "push");
      this.open({ name: title, source, sources: () => Promise.resolve([]) }, INITIAL_STATE);
      document.title = `${file.name} – stapflame`;
      this.say(`Opened ${file.name}.`);
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      this.say(`${file.name} could not be opened: ${reason}`);
    }
  }

  /** A person changed something. Another tree has other rows, so the zoom is looked for in it. */
  change(part: Partial<ViewState>, how: "push" | "replace"): void {
    const before = this.#scene;
    if (!this.#opened || !before) return;
    const next = { ...this.#state, ...part };
    const chosen = this.#chosen;
    if (part.view !== undefined && part.chosen === undefined)
      next.chosen = this.#currentFunction() ?? next.chosen;
    if (part.zoom === undefined && next.zoom !== "") {
      Object.assign(
        next,
        carryZoom(this.#opened.source, { shown: before.shown, row: before.zoom.row }, next),
      );
    }
    this.#address.write(next, how);
    this.#show(next);
    const isSame = before.tree === this.#scene?.tree && part.zoom === undefined && part.chosen === undefined;
    if (isSame && chosen >= 0) this.choose(chosen);
  }

  zoomTo({ row, end }: Zoom, part: Partial<ViewState> = {}): void {
    const scene = this.#scene;
    if (!scene) return;
    const { paths } = scene.source;
    const zoomEnd = end > row ? paths.hashOf(scene.tree, lastSibling(scene.tree, row, end)) : "";
    this.change({ ...part, zoom: paths.hashOf(scene.tree, row), zoomEnd }, "push");
  }

  choose(row: number): void {
    this.#chosen = row;
    const scene = this.#scene;
    if (!scene) return;
    for (const part of this.#parts) part.choose?.(scene, row >= 0 ? row : scene.zoom.row);
  }

  point(row: number): void {
    this.#pointed = row;
  }

  say(sentence: string): void {
    this.#said.say(sentence);
  }

  #show(wanted: ViewState): void {
    // An address may ask for what only a comparison has.
    const isPlain = this.#opened !== undefined && this.#opened.source.comparison === undefined;
    const state: ViewState = isPlain && wanted.view === "both" ? { ...wanted, view: "graph" } : wanted;
    const theme = state.theme ?? this.#preferences.theme;
    this.#theme.choose(theme);
    showThemeButton(this.#themeButton, theme);
    this.#state = state;
    this.#chosen = -1;
    this.#pointed = -1;
    if (!this.#opened || document.body.dataset.state !== "ready") return;
    const colours = this.#coloursOf(state);
    const scene = this.#scenes.make(state, this.#opened, colours, this.#theme.current);
    this.#scene = scene;
    this.#state = scene.state;
    // Before the graph is drawn: styles go by them, and the panel takes of the graph's width.
    document.body.dataset.view = entryOf(this.#state).id;
    document.body.dataset.panel = state.panel ? "open" : "closed";
    for (const part of this.#parts) part.show(scene);
  }

  readonly #actions: Record<KeyAction, () => void> = {
    search: () => this.#search.focus(),
    help: () => this.#showHelp(),
    details: () => this.change({ panel: !this.#state.panel }, "replace"),
    // Esc takes back one thing at a time: the search, then the zoom.
    escape: () => {
      this.#stage.escape();
      if (!this.#search.isEmpty) this.#search.clear();
      else if (this.#state.zoom !== "") this.change({ zoom: "", zoomEnd: "" }, "push");
    },
    copyName: () => {
      const tree = this.#scene?.tree;
      if (!tree) return;
      const name = displayName(frameName(tree.frames, tree.frame[this.#currentRow()]));
      this.#copy(name, "the name");
    },
    copyStack: () => {
      const tree = this.#scene?.tree;
      if (!tree) return;
      const row = this.#currentRow();
      this.#copy(stackText(tree, row), `the stack, ${plural(tree.depth[row], "frame")}`);
    },
    fold: () => this.change({ fold: !this.#state.fold }, "replace"),
    view: () => {
      const entries = entriesOf(this.#opened?.source.comparison !== undefined);
      this.change(after(entries, entryOf(this.#state)).state, "push");
    },
    sandwich: () => this.change({ view: "sandwich" }, "push"),
    colours: () => {
      const modes = this.#opened?.source.comparison ? COLOUR_MODES : PLAIN_COLOUR_MODES;
      const next = after(modes, this.#scene?.colours ?? "kind");
      this.#chooseColours(next);
      this.say(`Colours: ${COLOUR_MODE_WORDS[next]}.`);
    },
    theme: () => {
      const theme = nextTheme(this.#state.theme ?? this.#preferences.theme);
      this.#preferences.theme = theme;
      if (this.#scene) this.change({ theme }, "replace");
      else this.#show({ ...this.#state, theme });
    },
    ...frameChangeActions((change) => this.#changeStacks(change)),
    undo: () => this.#setTransforms(this.#state.transforms.slice(0, -1)),
    keepMatches: () => {
      if (!this.#scene?.search?.matched.includes(1)) return;
      const { search } = this.#state;
      this.#setTransforms([...this.#state.transforms, { kind: "keep-matching", search }]);
    },
    filters: () => this.change({ filters: !this.#state.filters }, "replace"),
    time: () => this.change({ time: !this.#state.time }, "replace"),
    side: () => this.#chooseSide(this.#state.side === "before" ? "after" : "before"),
    vanished: () => this.#chooseSide(this.#state.side === "vanished" ? "after" : "vanished"),
    nextMatch: () => this.#stage.goToMatch(1),
    previousMatch: () => this.#stage.goToMatch(-1),
  };

  /** Of pages that compare nothing there is one side only. */
  #chooseSide(side: Side): void {
    if (this.#opened?.source.comparison) this.change({ side }, "push");
  }

  #changeStacks(change: FrameChange): void {
    const scene = this.#scene;
    if (!scene) return;
    const transform = transformOf(change, scene.shown, this.#currentRow(), this.#state.groupBy);
    if (transform === undefined) {
      this.say("This can’t be done with what is chosen: choose a function by the pointer or the arrow keys.");
      return;
    }
    this.#setTransforms([...this.#state.transforms, transform]);
    this.say(`Changed: ${transformWords(transform)}. Key u takes it back.`);
  }

  #setTransforms(transforms: readonly Transform[]): void {
    if (transforms.length !== this.#state.transforms.length) this.change({ transforms }, "push");
  }

  /** The function that is chosen, or zoomed into; undefined: none is. */
  #currentFunction(): FrameKey | undefined {
    const scene = this.#scene;
    const row = this.#chosen >= 0 ? this.#chosen : (scene?.zoom.row ?? 0);
    if (!scene || row === 0 || isGroup(scene.tree.frames, scene.tree.frame[row])) return undefined;
    return frameKeyOf(scene.tree.frames, scene.tree.frame[row]);
  }

  /** A comparison is about changes, whatever somebody likes on other pages, which know none. */
  #coloursOf({ colours }: ViewState): ColourMode {
    if (this.#opened?.source.comparison) return colours ?? "change";
    return PLAIN_COLOUR_MODES.find((mode) => mode === colours) ?? this.#preferences.colours ?? "kind";
  }

  #chooseColours(colours: ColourMode): void {
    if (!this.#opened?.source.comparison) this.#preferences.colours = colours;
    this.change({ colours }, "replace");
  }

  /** The row that copying is about: under the pointer, else chosen by the keyboard, else zoomed into. */
  #currentRow(): number {
    if (this.#pointed >= 0) return this.#pointed;
    return this.#chosen >= 0 ? this.#chosen : (this.#scene?.zoom.row ?? 0);
  }

  #copy(text: string, what: string): void {
    void copyText(text).then((done) =>
      this.say(
        done ? `Copied ${what}.` : "This browser does not let the page copy: select the text instead.",
      ),
    );
  }
}

/** The last sibling of the rows `row … end - 1`. */
function lastSibling({ subtreeEnd }: CallTree, row: number, end: number): number {
  let last = row;
  while (subtreeEnd[last] < end) last = subtreeEnd[last];
  return last;
}

function frameChangeActions(run: (change: FrameChange) => void): Record<FrameChange, () => void> {
  const actions = FRAME_CHANGES.map(({ change }) => [change, () => run(change)]);
  return Object.fromEntries(actions) as Record<FrameChange, () => void>;
}

/** The entry after `one`, around the end. */
function after<T>(list: readonly T[], one: T): T {
  return list[(list.indexOf(one) + 1) % list.length];
}
