import { frameKindOf, frameName } from "../../../profile/frames.ts";
import { counted, percent } from "../../words.ts";
import { cut } from "../text/fit.ts";
import { bothEnds, type Line, type Look, span } from "../text/line.ts";
import { textWidth } from "../text/width.ts";
import { boxOfRow, type CellLayout, layoutCells, levelsOf } from "./cell-layout.ts";
import { ListCursor } from "./list-cursor.ts";
import type { Pane, Scene, Selection } from "./pane.ts";
import { nextMatchingRow } from "./search.ts";

const SHADES = 3;
/** So wide at least is a frame that was found, if need be by a zoom. */
const FOUND_CELLS = 4;

/** The flame graph in cells, callers above callees, as wide as the terminal. */
export class FlamePane implements Pane {
  readonly name = "Flame graph";
  readonly keys = [
    ["Enter", "zoom"],
    ["Esc", "back"],
  ] as const;
  readonly #scene: Scene;
  readonly #levels = new ListCursor();
  #width = 80;
  #layout: CellLayout;
  #row = 0;
  /** Where the zoom was before, to go back to. */
  #before: { zoom: number; row: number }[] = [];

  constructor(scene: Scene) {
    this.#scene = scene;
    this.#layout = layoutCells(scene.subject.tree, 0, this.#width);
  }

  heading(width: number): Line {
    const how = [span("CALLERS ABOVE, CALLEES BELOW; WIDTH IS THE SHARE OF SAMPLES", { dim: true })];
    if (width !== this.#width) this.#layOut(this.#layout.zoom, width);
    const { hidden, zoom } = this.#layout;
    if (hidden.frames === 0) return how;
    const of = percent(hidden.weight, this.#scene.subject.tree.total[zoom]);
    return bothEnds(
      how,
      [span(`${counted(hidden.frames, "frame")} too narrow (${of}) `)],
      width,
      this.#scene.glyphs,
    );
  }

  body(width: number, height: number): Line[] {
    if (width !== this.#width) this.#layOut(this.#layout.zoom, width);
    this.#levels.index = this.#scene.subject.tree.depth[this.#row];
    const top = this.#levels.window(height, levelsOf(this.#layout));
    const lines: Line[] = [];
    for (let level = top; level < Math.min(levelsOf(this.#layout), top + height); level++) {
      lines.push(this.#level(level));
    }
    return lines;
  }

  press(key: string): string | undefined {
    const { tree } = this.#scene.subject;
    const layout = this.#layout;
    const level = tree.depth[this.#row];
    switch (key) {
      case "<up>":
      case "k":
        this.#row = Math.max(0, tree.parent[this.#row]);
        return "";
      case "<down>":
      case "j":
        this.#row = this.#widestCallee();
        return "";
      case "<left>":
      case "h":
        this.#step(-1);
        return "";
      case "<right>":
      case "l":
        this.#step(1);
        return "";
      case "<home>":
      case "g":
        this.#row = layout.zoom;
        return "";
      case "<pageup>":
      case "<ctrl-b>":
      case "<pagedown>":
      case "<ctrl-f>":
      case " ":
        this.#levels.index = level;
        this.#levels.press(key, levelsOf(layout));
        this.#goToLevel(this.#levels.index);
        return "";
      case "<enter>":
        if (this.#row !== layout.zoom) this.#zoom(this.#row);
        return "";
      case "<escape>":
      case "<backspace>": {
        const before = this.#before.pop();
        if (before === undefined) return key === "<escape>" ? undefined : "";
        this.#row = before.row;
        this.#layOut(before.zoom);
        return "";
      }
      default:
        return undefined;
    }
  }

  selection(): Selection {
    const { tree } = this.#scene.subject;
    const row = this.#row;
    const chain: number[] = [];
    for (let at = row; at >= 0; at = tree.parent[at]) chain.push(tree.frame[at]);
    return {
      frame: tree.frame[row],
      self: tree.self[row],
      total: tree.total[row],
      ofCaller: row === 0 ? 0 : tree.total[tree.parent[row]],
      row,
      chain: chain.reverse(),
    };
  }

  find(direction: 1 | -1 | 0): boolean {
    const { search, subject } = this.#scene;
    if (search === undefined) return false;
    if (direction === 0 && search.matched[subject.tree.frame[this.#row]] === 1) return true;
    const row = nextMatchingRow(subject.tree, search.matched, this.#row, direction === -1 ? -1 : 1);
    if (row >= 0) this.showRow(row);
    return row >= 0;
  }

  /** Goes to a row; where it is not drawn, zooms into the outermost caller in which it can be seen. */
  showRow(row: number): void {
    const { tree } = this.#scene.subject;
    this.#row = row;
    if (boxOfRow(this.#layout, tree, row) >= 0) return;
    let zoom = row;
    while (zoom > 0 && tree.total[row] * this.#width >= tree.total[tree.parent[zoom]] * FOUND_CELLS) {
      zoom = tree.parent[zoom];
    }
    this.#zoom(zoom);
  }

  #zoom(row: number): void {
    this.#before.push({ zoom: this.#layout.zoom, row: this.#row });
    this.#layOut(row);
  }

  #layOut(zoom: number, width = this.#width): void {
    const { tree } = this.#scene.subject;
    this.#width = width;
    this.#layout = layoutCells(tree, zoom, width);
    // On a narrower terminal the frame may be drawn no more: then its caller.
    while (this.#row > 0 && boxOfRow(this.#layout, tree, this.#row) < 0) this.#row = tree.parent[this.#row];
  }

  #widestCallee(): number {
    const { tree } = this.#scene.subject;
    const { row, runEnd, levelStart } = this.#layout;
    const level = tree.depth[this.#row] + 1;
    if (level >= levelsOf(this.#layout)) return this.#row;
    let widest = this.#row;
    for (let box = levelStart[level]; box < levelStart[level + 1]; box++) {
      if (runEnd[box] !== 0 || tree.parent[row[box]] !== this.#row) continue;
      if (widest === this.#row || tree.total[row[box]] > tree.total[widest]) widest = row[box];
    }
    return widest;
  }

  /** The next frame to the left or right on the same level. */
  #step(direction: 1 | -1): void {
    const { tree } = this.#scene.subject;
    const { row, runEnd, levelStart } = this.#layout;
    const level = tree.depth[this.#row];
    const here = boxOfRow(this.#layout, tree, this.#row);
    for (
      let box = here + direction;
      box >= levelStart[level] && box < levelStart[level + 1];
      box += direction
    ) {
      if (runEnd[box] !== 0) continue;
      this.#row = row[box];
      return;
    }
  }

  #goToLevel(level: number): void {
    const { tree } = this.#scene.subject;
    while (tree.depth[this.#row] > level) this.#row = tree.parent[this.#row];
    for (let at = -1; at !== this.#row && tree.depth[this.#row] < level; ) {
      at = this.#row;
      this.#row = this.#widestCallee();
    }
  }

  #level(level: number): Line {
    const { levelStart, row, left, right, runEnd } = this.#layout;
    const { glyphs } = this.#scene;
    const line: Line = [];
    let column = 0;
    let shadeBefore = -1;
    for (let box = levelStart[level]; box < levelStart[level + 1]; box++) {
      if (left[box] > column) {
        line.push(span(" ".repeat(left[box] - column)));
        shadeBefore = -1;
      }
      column = right[box];
      const cells = right[box] - left[box];
      if (runEnd[box] !== 0) {
        line.push(span(glyphs.narrow.repeat(cells), { dim: true }));
        shadeBefore = -1;
        continue;
      }
      let shade = this.#scene.subject.tree.frames.name[this.#scene.subject.tree.frame[row[box]]] % SHADES;
      if (shade === shadeBefore) shade = (shade + 1) % SHADES;
      shadeBefore = shade;
      line.push(span(this.#label(row[box], cells), this.#look(row[box], shade)));
    }
    return line;
  }

  #label(row: number, cells: number): string {
    const { subject, glyphs, edges } = this.#scene;
    const { frames, frame } = subject.tree;
    const edge = edges ? glyphs.edge : "";
    const room = cells - textWidth(edge);
    // One or two letters tell nothing.
    const name = room < 3 ? "" : cut(frameName(frames, frame[row]), room, glyphs);
    return edge + name + " ".repeat(Math.max(0, room - textWidth(name)));
  }

  #look(row: number, shade: number): Look {
    const { subject, search } = this.#scene;
    const { frames, frame } = subject.tree;
    const matches = search?.matched[frame[row]] === 1;
    const look: Look = { fill: matches ? "match" : frameKindOf(frames, frame[row]), shade };
    if (row === this.#row) return { ...look, reverse: true, bold: true };
    return this.#isCallerOfZoom(row) ? { ...look, dim: true } : look;
  }

  #isCallerOfZoom(row: number): boolean {
    const { zoom } = this.#layout;
    return row < zoom && this.#scene.subject.tree.subtreeEnd[row] > zoom;
  }
}
