import { GrowableFloat64 } from "./growable.ts";
import { LabelColumns } from "./label-columns.ts";
import type { LabelColumn, SampleTable } from "./profile.ts";
import { TupleInterner } from "./tuple-interner.ts";

/** A label key of the merged samples; `key` and `unit` are string indices there. */
interface LabelIdentity {
  kind: LabelColumn["kind"];
  key: number;
  unit: number;
}

/** Samples to take in, and where what they name is in the merged profile. */
export interface SampleSource {
  samples: SampleTable;
  /** Rows of `samples`, in the order to take them in. */
  order: Iterable<number>;
  stackOf: (stack: number) => number;
  stringOf: (index: number) => number;
  /** Interns a text that is not in the string table: keys and units. */
  intern: (text: string) => number;
  keepLabel?: (label: LabelColumn) => boolean;
}

/** Sums samples with the same stack and the same labels, whatever columns and profiles those come from. */
export class SampleMerger {
  /** (stack, then label identity and value of each label in order of identity; numbers are two words). */
  readonly #tuples = new TupleInterner();
  readonly #values: GrowableFloat64[];
  readonly #identities: LabelIdentity[] = [];
  readonly #identityOf = new Map<string, number>();

  constructor(valueCount: number) {
    this.#values = Array.from({ length: valueCount }, () => new GrowableFloat64());
  }

  add(source: SampleSource): void {
    const { samples, stackOf, stringOf, intern, keepLabel } = source;
    const columns = samples.labels
      .filter((label) => keepLabel === undefined || keepLabel(label))
      .map((label) => ({ label, identity: this.#identity(label, intern) }))
      // The order of columns must not make equal samples differ; that of columns of the same key stays.
      .sort((a, b) => a.identity - b.identity);
    const tuples = this.#tuples;
    for (const row of source.order) {
      tuples.add(samples.stack[row] < 0 ? -1 : stackOf(samples.stack[row]));
      for (const { label, identity } of columns) {
        if (label.kind === "text") {
          if (label.values[row] === 0) continue;
          tuples.add(identity);
          tuples.add(stringOf(label.values[row]));
        } else {
          if (Number.isNaN(label.values[row])) continue;
          tuples.add(identity);
          tuples.addFloat(label.values[row]);
        }
      }
      const merged = tuples.intern();
      for (const [type, column] of this.#values.entries()) {
        if (merged === column.length) column.push(0);
        column.add(merged, samples.values[type][row]);
      }
    }
  }

  /** The merged samples, in the order they were first seen. */
  finish(strings: readonly string[]): SampleTable {
    const tuples = this.#tuples;
    const { length } = tuples;
    const stack = new Int32Array(length);
    const labels = new LabelColumns(length);
    for (let row = 0; row < length; row++) {
      let at = tuples.start(row);
      const end = tuples.start(row + 1);
      stack[row] = tuples.word(at++);
      while (at < end) {
        const { kind, key, unit } = this.#identities[tuples.word(at++)];
        if (kind === "text") labels.addText(row, key, tuples.word(at++));
        else {
          labels.addNumber(row, key, unit, tuples.float(at));
          at += 2;
        }
      }
    }
    return {
      length,
      stack,
      values: this.#values.map((column) => column.finish()),
      labels: labels.finish(strings),
    };
  }

  #identity(label: LabelColumn, intern: (text: string) => number): number {
    const key = intern(label.key);
    const unit = label.kind === "number" ? intern(label.unit) : 0;
    const identity = `${label.kind} ${key} ${unit}`;
    let index = this.#identityOf.get(identity);
    if (index === undefined) {
      index = this.#identities.push({ kind: label.kind, key, unit }) - 1;
      this.#identityOf.set(identity, index);
    }
    return index;
  }
}
