import { GrowableFloat64, GrowableInt32 } from "../profile/growable.ts";
import type { MappingTable } from "../profile/profile.ts";
import type { MappingVariant } from "./address-group.ts";
import type { AppendableStrings } from "./appendable-strings.ts";

/**
 * Mappings anew: a row keeps its place, and the parts into which it falls stand where it stood, so that the program's
 * own file stays first, as pprof has it. A row of which no location is left goes. Equal rows become one.
 */
export class MappingBuilder {
  readonly #before: MappingTable;
  readonly #strings: AppendableStrings;
  /** Of each row before, the parts that locations moved to. */
  readonly #parts: MappingVariant[][];
  /** Rows before that no location may leave: all without parts, and those where one stayed. */
  readonly #kept: Uint8Array;
  readonly #flags: number[][];
  readonly #keptFlags: Uint8Array;
  readonly #keptBuildId: Int32Array;

  constructor(before: MappingTable, strings: AppendableStrings) {
    this.#before = before;
    this.#strings = strings;
    this.#parts = Array.from({ length: before.length }, () => []);
    this.#flags = Array.from({ length: before.length }, () => []);
    this.#kept = new Uint8Array(before.length);
    this.#keptFlags = before.flags.slice(0, before.length);
    this.#keptBuildId = before.buildId.slice(0, before.length);
  }

  /** Adds the parts of a row; returns the number of the first, the others follow. */
  addParts(row: number, parts: readonly MappingVariant[]): number {
    const first = this.#parts[row].length;
    for (const part of parts) {
      this.#parts[row].push(part);
      this.#flags[row].push(this.#before.flags[row]);
    }
    return first;
  }

  /** A location stays in its row (`part` -1) or moves to a part of it; `flags` are what it adds. */
  place(row: number, part: number, flags: number): void {
    if (part >= 0) {
      this.#flags[row][part] |= flags;
      return;
    }
    this.#kept[row] = 1;
    this.#keptFlags[row] |= flags;
  }

  setBuildId(row: number, buildId: string): void {
    if (buildId !== "") this.#keptBuildId[row] = this.#strings.intern(buildId);
  }

  /** The table, and where a row before (part -1) or one of its parts is now. */
  finish(): { table: MappingTable; rowOf: (row: number, part: number) => number } {
    const before = this.#before;
    const start = new GrowableFloat64();
    const limit = new GrowableFloat64();
    const fileOffset = new GrowableFloat64();
    const file = new GrowableInt32();
    const buildId = new GrowableInt32();
    const flags = new GrowableInt32();
    const known = new Map<string, number>();
    const put = (columns: readonly [number, number, number, number, number], flagBits: number): number => {
      const key = columns.join(" ");
      const same = known.get(key);
      if (same !== undefined) {
        flags.set(same, flags.get(same) | flagBits);
        return same;
      }
      const row = start.push(columns[0]);
      limit.push(columns[1]);
      fileOffset.push(columns[2]);
      file.push(columns[3]);
      buildId.push(columns[4]);
      flags.push(flagBits);
      known.set(key, row);
      return row;
    };

    const rows: { self: number; parts: number[] }[] = [];
    for (let row = 0; row < before.length; row++) {
      const parts = this.#parts[row].map((part, index) =>
        put(
          [
            part.start,
            part.limit,
            part.fileOffset,
            this.#strings.intern(part.file),
            this.#strings.intern(part.buildId),
          ],
          this.#flags[row][index],
        ),
      );
      let self = -1;
      if (this.#kept[row] === 1 || parts.length === 0) {
        self = put(
          [
            before.start[row],
            before.limit[row],
            before.fileOffset[row],
            before.file[row],
            this.#keptBuildId[row],
          ],
          this.#keptFlags[row],
        );
      }
      rows.push({ self, parts });
    }
    return {
      table: {
        length: start.length,
        start: start.finish(),
        limit: limit.finish(),
        fileOffset: fileOffset.finish(),
        file: file.finish(),
        buildId: buildId.finish(),
        flags: Uint8Array.from(flags.finish()),
      },
      rowOf: (row, part) => (part < 0 ? rows[row].self : rows[row].parts[part]),
    };
  }
}
