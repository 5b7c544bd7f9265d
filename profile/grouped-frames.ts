import { type FrameTable, kindCode } from "./frames.ts";
import type { GroupFrame } from "./sample-groups.ts";

/** A frame table with rows added for the root and the groups. */
export class GroupedFrames {
  readonly #base: FrameTable;
  readonly #added: { kind: "root" | GroupFrame["kind"]; name: string }[] = [];
  readonly #rows = new Map<string, number>();

  constructor(base: FrameTable) {
    this.#base = base;
  }

  add(frame: { kind: "root" | GroupFrame["kind"]; name: string }): number {
    const key = `${frame.kind} ${frame.name}`;
    let row = this.#rows.get(key);
    if (row === undefined) {
      row = this.#base.length + this.#added.push(frame) - 1;
      this.#rows.set(key, row);
    }
    return row;
  }

  finish(): FrameTable {
    const base = this.#base;
    const length = base.length + this.#added.length;
    const widen = (column: Int32Array) => {
      const wide = new Int32Array(length);
      wide.set(column);
      return wide;
    };
    const widenBytes = (column: Uint8Array) => {
      const wide = new Uint8Array(length);
      wide.set(column);
      return wide;
    };
    const name = widen(base.name);
    const kind = widenBytes(base.kind);
    for (const [index, frame] of this.#added.entries()) {
      name[base.length + index] = base.strings.length + index;
      kind[base.length + index] = kindCode(frame.kind);
    }
    return {
      length,
      strings: base.strings.concat(this.#added.map((frame) => frame.name)),
      name,
      linkageName: widen(base.linkageName),
      module: widen(base.module),
      kind,
      file: widen(base.file),
      line: widen(base.line),
    };
  }
}
