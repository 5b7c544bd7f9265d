import { type Line, span } from "../text/line.ts";
import { shortWeight } from "../text/weight.ts";
import { CallTreeNodes } from "./call-tree-nodes.ts";
import { BAR_CELLS, bar, frameSpans, lineHere, share, WEIGHT_CELLS, WIDE_COLUMNS } from "./frame-text.ts";
import { ListCursor } from "./list-cursor.ts";
import { Outline } from "./outline.ts";
import type { Pane, Scene, Selection } from "./pane.ts";
import { nextMatchingRow } from "./search.ts";

/** Levels that one key opens: enough for real programs, and quick where a recursion is 5,000 levels deep. */
const MAX_LEVELS_A_KEY = 500;
/** A level is indented by two cells where there is room for many, else by one. */
const indentFor = (width: number) => (width >= WIDE_COLUMNS ? 2 : 1);

/** A call tree, or the inverted one, as a list that is opened step by step. */
export class OutlinePane implements Pane {
  readonly name: string;
  readonly keys = [
    ["←→", "close, open"],
    ["e", "heaviest path"],
  ] as const;
  readonly #scene: Scene;
  readonly #isInverted: boolean;
  readonly #outline: Outline;
  readonly #cursor = new ListCursor();

  constructor(scene: Scene, isInverted: boolean) {
    this.#scene = scene;
    this.#isInverted = isInverted;
    this.name = isInverted ? "Inverted" : "Call tree";
    const { subject } = scene;
    this.#outline = new Outline(isInverted ? subject.inverted : new CallTreeNodes(subject.tree));
    if (!isInverted) this.#openHere();
  }

  heading(width: number): Line {
    const first = this.#isInverted ? "  SELF" : " TOTAL";
    const second = this.#isInverted ? "OF FUNC" : "   SELF";
    const weight = width >= WIDE_COLUMNS ? (this.#isInverted ? "SELF" : "TOTAL").padStart(WEIGHT_CELLS) : "";
    const what = this.#isInverted ? "FUNCTION, BELOW IT ITS CALLERS" : "FUNCTION";
    return [span(`${first} ${second}${weight} ${" ".repeat(BAR_CELLS)} ${what}`, { dim: true })];
  }

  body(width: number, height: number): Line[] {
    const outline = this.#outline;
    const top = this.#cursor.window(height, outline.length);
    const shift = this.#shift(width);
    const lines: Line[] = [];
    for (let index = top; index < Math.min(outline.length, top + height); index++) {
      lines.push(this.#row(outline.at(index), shift, width, index === this.#cursor.index));
    }
    return lines;
  }

  press(key: string): string | undefined {
    const outline = this.#outline;
    const cursor = this.#cursor;
    if (outline.length === 0) return undefined;
    if (cursor.press(key, outline.length)) return "";
    const node = outline.at(cursor.index);
    switch (key) {
      case "<right>":
      case "l":
        if (outline.isOpen(node)) cursor.press("<down>", outline.length);
        else this.#openHere();
        return "";
      case "<left>":
      case "h":
        if (outline.isOpen(node)) outline.close(cursor.index);
        else if (outline.nodes.parent(node) >= 0) cursor.jump(outline.indexOf(outline.nodes.parent(node)));
        return "";
      case "<enter>":
        if (outline.isOpen(node)) outline.close(cursor.index);
        else this.#openHere();
        return "";
      case "e":
        cursor.jump(outline.indexOf(outline.openHeaviest(cursor.index, MAX_LEVELS_A_KEY)));
        return "";
      case "*":
        return outline.openSubtree(cursor.index) ? "" : "The inverted tree is opened level by level: → or e.";
      case "-":
        outline.closeSubtree(cursor.index);
        return "";
      default:
        return undefined;
    }
  }

  selection(): Selection | undefined {
    const { nodes, length } = this.#outline;
    if (length === 0) return undefined;
    const node = this.#outline.at(this.#cursor.index);
    const chain: number[] = [];
    for (let at = node; at >= 0; at = nodes.parent(at)) chain.push(nodes.frame(at));
    const parent = nodes.parent(node);
    return {
      frame: nodes.frame(node),
      self: nodes.self(node),
      total: nodes.total(node),
      ofCaller: parent < 0 ? 0 : nodes.total(parent),
      row: this.#isInverted ? -1 : node,
      chain: this.#isInverted ? chain : chain.reverse(),
    };
  }

  find(direction: 1 | -1 | 0): boolean {
    const outline = this.#outline;
    const { search, subject } = this.#scene;
    if (search === undefined || outline.length === 0) return false;
    const here = outline.at(this.#cursor.index);
    if (direction === 0 && search.matched[outline.nodes.frame(here)] === 1) return true;
    const step = direction === -1 ? -1 : 1;
    if (!this.#isInverted) {
      const row = nextMatchingRow(subject.tree, search.matched, here, step);
      if (row >= 0) this.showRow(row);
      return row >= 0;
    }
    // The inverted tree has no end; what is open of it is searched.
    for (let offset = 1; offset <= outline.length; offset++) {
      const index = (this.#cursor.index + step * offset + outline.length) % outline.length;
      if (search.matched[outline.nodes.frame(outline.at(index))] === 0) continue;
      this.#cursor.jump(index);
      return true;
    }
    return false;
  }

  /** Opens all that hides a row of the call tree and goes there. */
  showRow(row: number): void {
    this.#cursor.jump(this.#outline.reveal(row));
  }

  /** Opens the node at the cursor, and on below it as long as there is only one way. */
  #openHere(): void {
    const outline = this.#outline;
    const { nodes } = outline;
    let index = this.#cursor.index;
    for (let level = 0; level < MAX_LEVELS_A_KEY && index < outline.length; level++) {
      outline.open(index);
      const child = nodes.firstChild(outline.at(index));
      if (child < 0 || nodes.nextSibling(child) >= 0) return;
      index++;
    }
  }

  /** Cells of indentation that are left out, so that the cursor's name is seen however deep it is. */
  #shift(width: number): number {
    if (this.#outline.length === 0) return 0;
    const depth = this.#outline.nodes.depth(this.#outline.at(this.#cursor.index));
    return Math.max(0, depth * indentFor(width) - Math.floor(width / 4));
  }

  #row(node: number, shift: number, width: number, isHere: boolean): Line {
    const { nodes } = this.#outline;
    const { subject, glyphs, search } = this.#scene;
    const { tree, type } = subject;
    const all = tree.total[0];
    const total = nodes.total(node);
    const second = this.#isInverted
      ? share(total, nodes.total(this.#topOf(node)))
      : share(nodes.self(node), all);
    const weight = width >= WIDE_COLUMNS ? shortWeight(total, type).padStart(WEIGHT_CELLS) : "";
    const own = this.#isInverted ? total : nodes.self(node);
    const indent = " ".repeat(Math.max(0, nodes.depth(node) * indentFor(width) - shift));
    const sign = nodes.hasChildren(node) ? (this.#outline.isOpen(node) ? glyphs.open : glyphs.closed) : " ";
    const frame = nodes.frame(node);
    const line: Line = [
      span(`${share(total, all)}  ${second}${weight} `),
      bar(own, total, all, glyphs),
      span(` ${indent}${sign} `),
      ...frameSpans(tree.frames, frame, search?.matched[frame] === 1),
    ];
    return isHere ? lineHere(line, width, glyphs) : line;
  }

  #topOf(node: number): number {
    const { nodes } = this.#outline;
    let top = node;
    while (nodes.parent(top) >= 0) top = nodes.parent(top);
    return top;
  }
}
