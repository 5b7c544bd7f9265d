import type { Profile } from "../../../profile/profile.ts";
import type { GroupBy } from "../../../profile/sample-groups.ts";
import type { Glyphs } from "../text/fit.ts";
import { fitLine, type Line, span } from "../text/line.ts";
import { detailLines } from "./details.ts";
import { FlamePane } from "./flame-pane.ts";
import { FunctionsPane } from "./functions-pane.ts";
import { helpLines } from "./help.ts";
import { OutlinePane } from "./outline-pane.ts";
import { Overlay } from "./overlay.ts";
import type { Pane, Scene } from "./pane.ts";
import { Prompt } from "./prompt.ts";
import { sameRow } from "./same-row.ts";
import { isBad, search } from "./search.ts";
import { keysLine, placeLine, promptLine, searchSentence, tabsLine, titleLine } from "./status.ts";
import { type Subject, Subjects } from "./subject.ts";

export interface Size {
  columns: number;
  rows: number;
}

/** What the program has to do after a key. */
export type Wish = "draw" | "quit" | "suspend" | "redraw";

/** Work that the next key may make needless is not done while one waits. */
interface Pending {
  sentence: string;
  act: () => void;
  isNeedlessLater?: boolean;
}

const GROUPINGS: readonly GroupBy[] = ["process", "pid", "thread", "none"];
const GROUPING_WORDS: Record<GroupBy, string> = {
  process: "process name",
  pid: "process",
  thread: "thread",
  none: "nothing",
};
const PANES = ["Call tree", "Inverted", "Functions", "Flame graph"] as const;
const TREE = 0;
const FUNCTIONS = 2;
const FLAME = 3;
/** Lines around the pane: title, tabs, heading; place, status. */
const FRAME_LINES = 5;
const SMALLEST: Size = { columns: 20, rows: FRAME_LINES + 1 };

/**
 * The text UI apart from any terminal: keys go in, lines come out. Work that may take longer than a key should is left
 * as `pending`, so that the screen can say so before `work` does it.
 */
export class Viewer {
  readonly #subjects: Subjects;
  readonly #glyphs: Glyphs;
  readonly #edges: boolean;
  #scene: Scene;
  #valueIndex = 0;
  #panes: (Pane | undefined)[] = [];
  #at = TREE;
  #prompt: Prompt | undefined;
  /** Details or help, shown over the pane. */
  #overlay: Overlay | undefined;
  #message = "";
  #pending: Pending | undefined;

  constructor(profile: Profile, options: { glyphs: Glyphs; edges: boolean }) {
    this.#subjects = new Subjects(profile);
    this.#glyphs = options.glyphs;
    this.#edges = options.edges;
    this.#scene = this.#newScene(this.#subjects.get("process", 0));
  }

  /** Whether there is work to do; with another key at hand, whether it must be done all the same. */
  isBusy(hasKeys: boolean): boolean {
    return this.#pending !== undefined && !(hasKeys && this.#pending.isNeedlessLater);
  }

  /** Does what a key left undone. */
  work(): void {
    const pending = this.#pending;
    this.#pending = undefined;
    pending?.act();
  }

  press(key: string): Wish {
    this.#message = "";
    this.#pending = undefined;
    if (key === "<ctrl-z>") return "suspend";
    if (key === "<ctrl-l>") return "redraw";
    if (this.#prompt !== undefined) {
      this.#type(this.#prompt, key);
      return "draw";
    }
    if (key === "<ctrl-c>") return "quit";
    if (this.#overlay !== undefined) {
      if (!this.#overlay.press(key)) this.#overlay = undefined;
      return "draw";
    }
    const sentence = this.#pane.press(key);
    if (sentence === undefined) return this.#pressAnywhere(key);
    this.#message = sentence;
    return "draw";
  }

  /** The whole screen: as many lines as it has, each exactly as wide. */
  screen(size: Size): Line[] {
    const { columns, rows } = size;
    const glyphs = this.#glyphs;
    const lines: Line[] = [];
    if (columns < SMALLEST.columns || rows < SMALLEST.rows) {
      lines.push([span("The terminal is too small.")]);
    } else {
      const height = rows - FRAME_LINES;
      const pane = this.#pane;
      lines.push(
        titleLine(this.#subjects.profile, this.#scene.subject, columns, glyphs),
        tabsLine(PANES, this.#at, `by ${GROUPING_WORDS[this.#scene.subject.groupBy]}`, columns, glyphs),
      );
      if (this.#overlay === undefined) lines.push(pane.heading(columns), ...pane.body(columns, height));
      else lines.push(...this.#overlay.lines(columns, height, glyphs));
      while (lines.length < rows - 2) lines.push([]);
      lines.push(placeLine(this.#scene, pane.selection(), columns), this.#status());
    }
    while (lines.length < rows) lines.push([]);
    return lines.slice(0, rows).map((line) => fitLine(line, columns, glyphs));
  }

  get #pane(): Pane {
    this.#panes[this.#at] ??= this.#newPane(this.#at);
    return this.#panes[this.#at] as Pane;
  }

  #newPane(index: number): Pane {
    if (index === FLAME) return new FlamePane(this.#scene);
    return index === FUNCTIONS
      ? new FunctionsPane(this.#scene)
      : new OutlinePane(this.#scene, index !== TREE);
  }

  #newScene(subject: Subject): Scene {
    return { subject, glyphs: this.#glyphs, edges: this.#edges, search: undefined };
  }

  #pressAnywhere(key: string): Wish {
    switch (key) {
      case "q":
        return "quit";
      case "1":
      case "2":
      case "3":
      case "4":
        this.#goTo(Number(key) - 1);
        break;
      case "<tab>":
        this.#goTo((this.#at + 1) % PANES.length);
        break;
      case "<shift-tab>":
        this.#goTo((this.#at + PANES.length - 1) % PANES.length);
        break;
      case "/":
        this.#prompt = new Prompt();
        break;
      case "n":
      case "N":
        if (this.#scene.search === undefined) this.#message = "Nothing is searched for: / begins a search.";
        else if (!this.#pane.find(key === "n" ? 1 : -1)) this.#message = "Nothing here matches.";
        break;
      case "<escape>":
        this.#scene.search = undefined;
        break;
      case "d":
      case "i":
      case "<enter>":
        this.#showDetails();
        break;
      case "p":
        this.#regroup(GROUPINGS[(GROUPINGS.indexOf(this.#scene.subject.groupBy) + 1) % GROUPINGS.length]);
        break;
      case "v":
        this.#weighByNext();
        break;
      case "?":
        this.#overlay = new Overlay("KEYS", () => helpLines(this.#glyphs.ascii));
        break;
    }
    return "draw";
  }

  /** Another pane. Tree and graph show the same rows, so the place goes along. */
  #goTo(index: number): void {
    const row = this.#at === TREE || this.#at === FLAME ? (this.#pane.selection()?.row ?? -1) : -1;
    const go = () => {
      this.#at = index;
      const pane = this.#pane;
      if (row >= 0 && (pane instanceof FlamePane || (pane instanceof OutlinePane && index === TREE))) {
        pane.showRow(row);
      }
    };
    if (this.#panes[index] !== undefined) go();
    else this.#pending = { sentence: PANES[index], act: go };
  }

  #showDetails(): void {
    const selection = this.#pane.selection();
    if (selection === undefined) return;
    const { subject } = this.#scene;
    this.#pending = {
      sentence: "Details",
      act: () => {
        this.#overlay = new Overlay("DETAILS", (width) =>
          detailLines(this.#subjects, subject, selection, width, this.#glyphs),
        );
      },
    };
  }

  #regroup(groupBy: GroupBy): void {
    this.#change(`Grouping by ${GROUPING_WORDS[groupBy]}`, () =>
      this.#subjects.get(groupBy, this.#valueIndex),
    );
  }

  #weighByNext(): void {
    const { sampleTypes } = this.#subjects.profile;
    if (sampleTypes.length < 2) {
      this.#message = `There is only one sample type, ${sampleTypes[0].type}.`;
      return;
    }
    const index = (this.#valueIndex + 1) % sampleTypes.length;
    this.#change(`Weighing by ${sampleTypes[index].type}`, () => {
      this.#valueIndex = index;
      return this.#subjects.get(this.#scene.subject.groupBy, index);
    });
  }

  /** Another subject, at the same function of the same callers and with the same search. */
  #change(sentence: string, make: () => Subject): void {
    this.#pending = {
      sentence,
      act: () => {
        const { subject: before, search: searched } = this.#scene;
        const row = this.#pane.selection()?.row ?? -1;
        this.#scene = this.#newScene(make());
        this.#panes = [];
        if (searched !== undefined) this.#search(searched.text);
        const pane = this.#pane;
        if (row > 0 && (pane instanceof FlamePane || pane instanceof OutlinePane)) {
          pane.showRow(sameRow(before.tree, row, this.#scene.subject.tree));
        }
      },
    };
  }

  #type(prompt: Prompt, key: string): void {
    const state = prompt.press(key);
    if (state !== "typing") this.#prompt = undefined;
    if (state === "cancel") {
      this.#scene.search = undefined;
      return;
    }
    const act = () => {
      this.#search(prompt.text);
      if (this.#scene.search === undefined) return;
      if (!this.#pane.find(0) && state === "keep" && this.#scene.search.places > 0) {
        this.#message = "It matches, but nothing that is shown here.";
      }
    };
    this.#pending = { sentence: `Searching ${prompt.text}`, act, isNeedlessLater: state === "typing" };
  }

  #search(text: string): void {
    this.#scene.search = undefined;
    if (text === "") return;
    const found = search(this.#scene.subject.tree, text);
    if (isBad(found)) this.#message = found.sentence;
    else this.#scene.search = found;
  }

  #status(): Line {
    const { search: found, subject } = this.#scene;
    const result = found === undefined ? "" : searchSentence(found, subject.tree.total[0]);
    if (this.#prompt !== undefined) return promptLine(this.#prompt.text, this.#message || result);
    if (this.#pending !== undefined) {
      return [span(`${this.#pending.sentence} ${this.#glyphs.ellipsis}`, { bold: true })];
    }
    if (this.#message !== "") return [span(this.#message, { bold: true })];
    if (found !== undefined) return [span(result), span("  n N next, Esc clear", { dim: true })];
    return keysLine(this.#pane.keys, this.#glyphs.ascii);
  }
}
