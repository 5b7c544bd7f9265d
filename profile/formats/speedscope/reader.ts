import { ProfileFormatError } from "../../format-error.ts";
import { UNKNOWN_NAME } from "../../frame-name.ts";
import { GrowableFloat64 } from "../../growable.ts";
import { LabelColumns } from "../../label-columns.ts";
import { LabelKey, type Profile, type ValueType } from "../../profile.ts";
import { TupleInterner } from "../../tuple-interner.ts";
import { ImportBuilder } from "../import-builder.ts";
import {
  arrayAt,
  indexOf,
  isObject,
  type JsonObject,
  listOf,
  numberOf,
  objectAt,
  positionOf,
  textOf,
} from "../json.ts";
import { isModuleFile } from "./module-file.ts";
import { valueTypeOf } from "./units.ts";

/** Sample types that one file can have: each is a column over all samples. */
const MAX_TYPES = 32;

/**
 * Reads speedscope's JSON (https://www.speedscope.app/file-format-schema.json), sampled and evented profiles.
 *
 * Profiles of one unit are one sample type, told apart by the label `thread`, their name. Profiles that were written
 * by stapflame, one a sample type, become those sample types again. Of evented profiles each frame weighs what it took
 * without its callees.
 *
 * Throws `ProfileFormatError` when it is no such file.
 */
export function readSpeedscope(json: unknown): Profile {
  return new SpeedscopeReading(objectAt(json, "at its top")).read();
}

class SpeedscopeReading {
  readonly #file: JsonObject;
  readonly #builder = new ImportBuilder();
  /** Location of each frame of the file. */
  #locations = new Int32Array(0);
  readonly #types: ValueType[] = [];
  /** (stack, profile name). */
  readonly #rows = new TupleInterner();
  readonly #values: GrowableFloat64[] = [];

  constructor(file: JsonObject) {
    this.#file = file;
  }

  read(): Profile {
    const shared = objectAt(this.#file.shared, "“shared”");
    this.#locations = Int32Array.from(arrayAt(shared.frames, "“shared.frames”"), (frame) =>
      this.#location(frame),
    );
    const profiles = arrayAt(this.#file.profiles, "“profiles”");
    const isOurs = /^stapflame\b/.test(textOf(this.#file.exporter));
    for (const [index, given] of profiles.entries()) {
      const profile = objectAt(given, `number ${index + 1} of “profiles”`);
      const name = textOf(profile.name);
      const type = this.#type(isOurs ? name : "", textOf(profile.unit, "none"));
      const thread = this.#builder.string(isOurs ? "" : name);
      if (profile.type === "sampled") this.#sampled(profile, type, thread);
      else if (profile.type === "evented") this.#evented(profile, type, thread);
      else {
        throw new ProfileFormatError(
          `Profile ${index + 1} of the speedscope file is neither “sampled” nor “evented”.`,
        );
      }
    }
    if (this.#types.length === 0) this.#type("", "none");
    return this.#finish(profiles.length);
  }

  #location(frame: unknown): number {
    const { name, file, line, col } = isObject(frame) ? frame : {};
    const path = textOf(file);
    const at = { line: positionOf(line), column: positionOf(col) };
    const isModule = at.line === 0 && isModuleFile(path);
    const builder = this.#builder;
    const named = builder.function(textOf(name) || UNKNOWN_NAME, isModule ? "" : path);
    return builder.location(isModule ? builder.module(path) : -1, 0, [{ function: named, ...at }]);
  }

  /** The column of a sample type: `type/unit` from a name of ours, else one for each unit. */
  #type(name: string, unit: string): number {
    const valueType = valueTypeOf(name, unit);
    const known = this.#types.findIndex(
      ({ type, unit: own }) => type === valueType.type && own === valueType.unit,
    );
    if (known >= 0) return known;
    if (this.#types.length >= MAX_TYPES) {
      throw new ProfileFormatError(`The speedscope file has more than ${MAX_TYPES} kinds of values.`);
    }
    this.#values.push(new GrowableFloat64());
    return this.#types.push(valueType) - 1;
  }

  #sampled(profile: JsonObject, type: number, thread: number): void {
    const samples = arrayAt(profile.samples, "“samples” of a sampled profile");
    const weights = listOf(profile.weights);
    const scale = scaleOf(profile.unit);
    const { stacks } = this.#builder;
    for (const [at, sample] of samples.entries()) {
      let row = -1;
      for (const frame of listOf(sample)) row = stacks.child(row, this.#locationAt(frame));
      this.#add(row, thread, type, (weights.length === 0 ? 1 : numberOf(weights[at])) * scale);
    }
  }

  #evented(profile: JsonObject, type: number, thread: number): void {
    const scale = scaleOf(profile.unit);
    const { stacks } = this.#builder;
    /** Rows of the open frames, outermost first. */
    const open: number[] = [];
    let last = numberOf(profile.startValue);
    for (const event of arrayAt(profile.events, "“events” of an evented profile")) {
      if (!isObject(event)) continue;
      const at = Math.max(last, numberOf(event.at, last));
      const top = open.length === 0 ? -1 : open[open.length - 1];
      if (top >= 0 && at > last) this.#add(top, thread, type, (at - last) * scale);
      last = at;
      if (event.type === "O") open.push(stacks.child(top, this.#locationAt(event.frame)));
      else if (event.type === "C") open.pop();
    }
    const end = numberOf(profile.endValue, last);
    if (open.length > 0 && end > last) this.#add(open[open.length - 1], thread, type, (end - last) * scale);
  }

  #locationAt(frame: unknown): number {
    const index = indexOf(frame, this.#locations.length);
    if (index >= 0) return this.#locations[index];
    throw new ProfileFormatError(
      `The speedscope file names frame ${String(frame).slice(0, 20)}, but has ${this.#locations.length}.`,
    );
  }

  #add(stack: number, thread: number, type: number, value: number): void {
    this.#rows.add(stack);
    this.#rows.add(thread);
    const row = this.#rows.intern();
    for (const [column, values] of this.#values.entries()) {
      while (values.length <= row) values.push(0);
      if (column === type) values.add(row, value);
    }
  }

  #finish(profileCount: number): Profile {
    const builder = this.#builder;
    const { length } = this.#rows;
    const threadKey = builder.string(LabelKey.thread);
    const labels = new LabelColumns(length);
    const stack = new Int32Array(length);
    for (let row = 0; row < length; row++) {
      stack[row] = this.#rows.word(this.#rows.start(row));
      const thread = this.#rows.word(this.#rows.start(row) + 1);
      // One profile's name tells nothing apart.
      if (profileCount > 1 && thread !== 0) labels.addText(row, threadKey, thread);
    }
    for (const values of this.#values) while (values.length < length) values.push(0);
    const values = this.#values.map((column) => column.finish());
    const exporter = textOf(this.#file.exporter);
    const comments =
      exporter === "" ? [] : [`stapflame.tool: ${exporter.replace(/\s+/g, " ").slice(0, 200)}`];
    return builder.finish(
      this.#types,
      { length, stack, values, labels: labels.finish(builder.strings) },
      { comments },
    );
  }
}

/** Times become nanoseconds. */
function scaleOf(unit: unknown): number {
  return { nanoseconds: 1, microseconds: 1e3, milliseconds: 1e6, seconds: 1e9 }[textOf(unit)] ?? 1;
}
