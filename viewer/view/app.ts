import { frameName } from "../../profile/frames.ts";
import { COLOUR_MODE_WORDS } from "../model/colouring.ts";
import { displayName } from "../model/display-name.ts";
import { sameRow } from "../model/find-path.ts";
import { plural } from "../model/format.ts";
import type { KeyAction } from "../model/keys.ts";
import { EMPTY_SENTENCE } from "../model/messages.ts";
import { recordingFacts } from "../model/recording-facts.ts";
import { stackText } from "../model/stack-text.ts";
import { COLOUR_MODES, type ColourMode, INITIAL_STATE, VIEWS, type ViewState } from "../model/view-state.ts";
import { Address } from "./address.ts";
import { copyText } from "./clipboard.ts";
import { DetailsPart } from "./details-part.ts";
import { byId } from "./elements.ts";
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
import { Toolbar } from "./toolbar.ts";

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
  readonly #showHelp: () => void;
  readonly #scenes = new SceneMaker();
  readonly #search = new SearchField(this, (direction) => this.#stage.goToMatch(direction));
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
    });
    const toolbar = new Toolbar(this, (mode) => this.#chooseColours(mode));
    // Filter bar, time strip and export menu are parts to add here; their places in index.html are the slots.
    this.#parts = [toolbar, this.#search, details, new Legend(), this.#stage];
    byId("theme", HTMLButtonElement).addEventListener("click", () => this.#actions.theme());
    listenToKeys((action) => {
      if (this.#scene || action === "help" || action === "theme") this.#actions[action]();
    });
  }

  /** Shows a profile, the first or another; `state`: as the address says. */
  open(opened: Opened, state = this.#address.state): void {
    this.#opened = opened;
    this.#scene = undefined;
    showSummary(recordingFacts(opened.source.profile));
    const empty = opened.source.whole(INITIAL_STATE).total[0] <= 0;
    document.body.dataset.state = empty ? "empty" : "ready";
    byId("message", HTMLElement).textContent = empty ? EMPTY_SENTENCE : "";
    this.#show(state);
  }

  /** A person changed something. Another tree has other rows, so the zoom is looked up in it. */
  change(part: Partial<ViewState>, how: "push" | "replace"): void {
    if (!this.#opened) return;
    const { source } = this.#opened;
    const next = { ...this.#state, ...part };
    const before = source.tree(this.#state);
    const after = source.tree(next);
    const keepsChosen = before === after && part.zoom === undefined;
    const chosen = this.#chosen;
    if (before !== after) {
      next.zoom = sameRow(before, this.#state.zoom, after);
      next.zoomEnd = 0;
    }
    this.#address.write(next, how);
    this.#show(next);
    if (keepsChosen && chosen >= 0) this.choose(chosen);
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

  #show(state: ViewState): void {
    const theme = state.theme ?? this.#preferences.theme;
    this.#theme.choose(theme);
    showThemeButton(byId("theme", HTMLButtonElement), theme);
    this.#state = state;
    this.#chosen = -1;
    this.#pointed = -1;
    if (!this.#opened || document.body.dataset.state !== "ready") return;
    const colours = state.colours ?? this.#preferences.colours ?? "kind";
    const scene = this.#scenes.make(state, this.#opened, colours, this.#theme.current);
    this.#scene = scene;
    this.#state = scene.state;
    // Before the graph is drawn: styles go by them, and the panel takes of the graph's width.
    document.body.dataset.view = state.view;
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
      else if (this.#state.zoom > 0) this.change({ zoom: 0, zoomEnd: 0 }, "push");
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
    view: () => this.change({ view: after(VIEWS, this.#state.view) }, "push"),
    colours: () => {
      const next = after(COLOUR_MODES, this.#scene?.colours ?? "kind");
      this.#chooseColours(next);
      this.say(`Colours: ${COLOUR_MODE_WORDS[next]}.`);
    },
    theme: () => {
      const theme = nextTheme(this.#state.theme ?? this.#preferences.theme);
      this.#preferences.theme = theme;
      if (this.#scene) this.change({ theme }, "replace");
      else this.#show({ ...this.#state, theme });
    },
    nextMatch: () => this.#stage.goToMatch(1),
    previousMatch: () => this.#stage.goToMatch(-1),
  };

  #chooseColours(colours: ColourMode): void {
    this.#preferences.colours = colours;
    this.change({ colours }, "replace");
  }

  /** The row that copying is about: under the pointer, else chosen by the keyboard, else zoomed into. */
  #currentRow(): number {
    if (this.#pointed >= 0) return this.#pointed;
    return this.#chosen >= 0 ? this.#chosen : this.#state.zoom;
  }

  #copy(text: string, what: string): void {
    void copyText(text).then((done) =>
      this.say(
        done ? `Copied ${what}.` : "This browser does not let the page copy: select the text instead.",
      ),
    );
  }
}

/** The entry after `one`, around the end. */
function after<T>(list: readonly T[], one: T): T {
  return list[(list.indexOf(one) + 1) % list.length];
}
