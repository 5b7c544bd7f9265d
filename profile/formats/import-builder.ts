import type { LabelColumns } from "../label-columns.ts";
import type { Profile, SampleTable, ValueType } from "../profile.ts";
import { ProfileTables } from "../profile-tables.ts";
import { StackBuilder } from "../stack-builder.ts";

/** What is known of a whole profile besides its samples; all may be missing. */
export interface ProfileFacts {
  periodType?: ValueType;
  period?: number;
  timeNanos?: number;
  durationNanos?: number;
  comments?: string[];
}

/** A line of a location: `function` is a row that `ImportBuilder.function` gave. */
export interface ImportLine {
  function: number;
  /** 0 when unknown. */
  line: number;
  column: number;
}

/** The tables of a profile that is read from somewhere: equal rows are one. */
export class ImportBuilder {
  readonly #tables = new ProfileTables();
  readonly stacks = new StackBuilder();

  string(text: string): number {
    return this.#tables.strings.intern(text);
  }

  get strings(): readonly string[] {
    return this.#tables.strings.strings;
  }

  /** A mapping of which only the file is known, and perhaps the build ID; -1 for no file. */
  module(file: string, buildId = ""): number {
    if (file === "") return -1;
    return this.#tables.mapping(0, 0, 0, this.string(file), this.string(buildId), 0);
  }

  function(name: string, file = "", startLine = 0): number {
    return this.#tables.function(this.string(name), 0, this.string(file), startLine);
  }

  /** `lines` innermost inlined callee first; none: not symbolized. */
  location(mapping: number, address: number, lines: readonly ImportLine[]): number {
    return this.#tables.location(mapping, address, (tuple) => {
      for (const line of lines) {
        tuple.add(line.function);
        tuple.add(line.line);
        tuple.add(line.column);
      }
    });
  }

  finish(sampleTypes: ValueType[], samples: SampleTable, facts: ProfileFacts = {}): Profile {
    return {
      ...this.#tables.finish(),
      sampleTypes,
      samples,
      stacks: this.stacks.finish(),
      periodType: facts.periodType ?? { type: "", unit: "" },
      period: facts.period ?? 0,
      timeNanos: facts.timeNanos ?? 0,
      durationNanos: facts.durationNanos ?? 0,
      comments: facts.comments ?? [],
    };
  }

  /** The profile of a tool's text of stacks and counts, one a row of `stack`; what was left out becomes a warning. */
  finishCounts(
    stack: Int32Array,
    counts: Float64Array,
    labels: LabelColumns,
    tool: string,
    leftOut: { what: string; count: number; unit: string },
  ): Profile {
    const comments = [`stapflame.tool: ${tool}`];
    if (leftOut.count > 0) {
      comments.push(`stapflame.warning: ${leftOut.what}: ${leftOut.count} ${leftOut.unit} of the text.`);
    }
    const samples = {
      length: stack.length,
      stack,
      values: [counts],
      labels: labels.finish(this.strings),
    };
    return this.finish([{ type: "samples", unit: "count" }], samples, { comments });
  }
}
