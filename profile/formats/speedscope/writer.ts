import { frameModule, frameName } from "../../frames.ts";
import type { Profile } from "../../profile.ts";
import { type ExportOptions, ExportStacks } from "../export-stacks.ts";
import { nameOfType, unitOf } from "./units.ts";

const SCHEMA = "https://www.speedscope.app/file-format-schema.json";

/**
 * A profile as speedscope's JSON, in pieces: one sampled profile a sample type, each stack once, in order of time
 * where the profile has slices. The process is the outermost frame, as in folded stacks. Inlined calls are frames. A
 * frame's `file` is its source, or its binary where no source is known.
 *
 * Values below zero are left out: speedscope refuses a file that has one.
 *
 * `exporter` names the program that writes: `stapflame 0.1.0`.
 */
export function* writeSpeedscope(
  profile: Profile,
  exporter: string,
  options: ExportOptions = {},
): Generator<string> {
  const stacks = new ExportStacks(profile, options);
  const { table } = stacks.frames;
  yield `{"$schema":${JSON.stringify(SCHEMA)},"exporter":${JSON.stringify(exporter)},`;
  yield `"name":${JSON.stringify(options.name ?? "profile")},"activeProfileIndex":0,"shared":{"frames":[`;
  for (let row = 0; row < table.length; row++) {
    const file = table.strings[table.file[row]] || frameModule(table, row);
    const line = file === "" ? 0 : table.line[row];
    yield `${row === 0 ? "" : ","}\n${JSON.stringify({
      name: frameName(table, row),
      ...(file === "" ? {} : { file }),
      ...(line > 0 && table.file[row] !== 0 ? { line } : {}),
    })}`;
  }
  for (const [group, name] of stacks.groupNames.entries()) {
    yield `${table.length + group === 0 ? "" : ","}\n${JSON.stringify({ name })}`;
  }
  yield `]},"profiles":[`;
  for (const [type, valueType] of profile.sampleTypes.entries()) {
    const values = profile.samples.values[type];
    const rows = stacks.order.filter((row) => values[row] > 0);
    const total = rows.reduce((sum, row) => sum + values[row], 0);
    yield `${type === 0 ? "" : ","}\n{"type":"sampled","name":${JSON.stringify(nameOfType(valueType))},`;
    yield `"unit":${JSON.stringify(unitOf(valueType))},"startValue":0,"endValue":${total},"samples":[`;
    let separator = "\n";
    for (const row of rows) {
      yield `${separator}[${stacks.path(row).join(",")}]`;
      separator = ",\n";
    }
    yield `],"weights":[${Array.from(rows, (row) => values[row]).join(",")}]}`;
  }
  yield "]}\n";
}
