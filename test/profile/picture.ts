import { buildCallTree, type CallTree, type CallTreeOptions } from "../../profile/call-tree.ts";
import { frameName } from "../../profile/frames.ts";
import type { LabelColumn, Profile } from "../../profile/profile.ts";
import { StackBuilder } from "../../profile/stack-builder.ts";
import { StringTable } from "../../profile/string-table.ts";

/**
 * A profile from a picture: one `labels | frame;frame;frame values` a line, root first.
 *
 *     comm=node pid=7 slice#=2 | main@/bin/app;work@/lib/libc.so.6>inlined;0xff@[kernel] 3 30
 *
 * A frame is a name, with `@module` where it has one; `a>b` is one address where b was inlined into a; `0x…` is an
 * address without lines. `key=value` is a text label, `key#=value` a number. The labels and their `|` may be missing.
 */
export function profileOf(picture: string): Profile {
  const rows = picture
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => line !== "");
  const strings = new StringTable();
  const stacks = new StackBuilder();
  const locations = new Map<string, number>();
  const functions = new Map<string, number>();
  const modules = new Map<string, number>();
  const mapping: number[] = [];
  const address: number[] = [];
  const lineStart = [0];
  const lineFunction: number[] = [];
  const stack: number[] = [];
  const values: number[][] = [];
  const labels = new Map<string, LabelColumn>();
  const rowIn = (table: Map<string, number>, key: string) => {
    const row = table.get(key) ?? table.size;
    table.set(key, row);
    return row;
  };

  for (const [sample, row] of rows.entries()) {
    const bar = row.indexOf("| ");
    const labelText = row.slice(0, Math.max(bar, 0));
    const [, path, numbers] = /^(.*?)((?:(?:^| )-?\d+)+)$/.exec(row.slice(bar < 0 ? 0 : bar + 2)) ?? [];
    if (numbers === undefined) throw new Error(`No picture of a sample: ${row}`);
    let node = -1;
    for (const frame of path.split(";").filter((name) => name !== "")) {
      if (!locations.has(frame)) {
        const [names, module] = frame.split("@");
        mapping.push(module === undefined ? -1 : rowIn(modules, module));
        address.push(/^0x/.test(names) ? Number(names) : locations.size + 1);
        if (!/^0x/.test(names)) {
          // Inlined callees come first in the profile.
          for (const name of names.split(">").reverse()) lineFunction.push(rowIn(functions, name));
        }
        lineStart.push(lineFunction.length);
      }
      node = stacks.child(node, rowIn(locations, frame));
    }
    stack.push(node);
    values.push(numbers.trim().split(/ +/).map(Number));
    for (const word of labelText.split(" ").filter((text) => text !== "")) {
      const [, key, isNumber, value] = /^(\w+)(#?)=(.*)$/.exec(word) ?? [];
      let column = labels.get(key);
      if (column === undefined) {
        column = isNumber
          ? { kind: "number", key, unit: "", values: new Float64Array(rows.length).fill(Number.NaN) }
          : { kind: "text", key, values: new Int32Array(rows.length) };
        labels.set(key, column);
      }
      column.values[sample] = column.kind === "number" ? Number(value) : strings.intern(value);
    }
  }

  const typeCount = values[0]?.length ?? 1;
  const types = [
    { type: "samples", unit: "count" },
    { type: "cpu", unit: "nanoseconds" },
  ];
  const zeros = (length: number) => new Int32Array(length);
  const names = Int32Array.from(functions.keys(), (name) => strings.intern(name));
  const files = Int32Array.from(modules.keys(), (file) => strings.intern(file));
  return {
    strings: strings.strings,
    sampleTypes: types.slice(0, typeCount),
    samples: {
      length: rows.length,
      stack: Int32Array.from(stack),
      values: Array.from({ length: typeCount }, (_, type) => Float64Array.from(values, (row) => row[type])),
      labels: [...labels.values()],
    },
    stacks: stacks.finish(),
    locations: {
      length: locations.size,
      mapping: Int32Array.from(mapping),
      address: Float64Array.from(address),
      lineStart: Int32Array.from(lineStart),
    },
    lines: {
      length: lineFunction.length,
      function: Int32Array.from(lineFunction),
      line: zeros(lineFunction.length),
      column: zeros(lineFunction.length),
    },
    functions: {
      length: names.length,
      name: names,
      linkageName: zeros(names.length),
      file: zeros(names.length),
      startLine: zeros(names.length),
    },
    mappings: {
      length: files.length,
      start: new Float64Array(files.length),
      limit: new Float64Array(files.length).fill(2 ** 40),
      fileOffset: new Float64Array(files.length),
      file: files,
      buildId: zeros(files.length),
      flags: new Uint8Array(files.length),
    },
    periodType: { type: "cpu", unit: "nanoseconds" },
    period: 10_000_000,
    timeNanos: 0,
    durationNanos: 0,
    comments: [],
  };
}

/** A call tree as indented text, `name total` a row and ` (self)` where it has some. */
export function treePicture(tree: CallTree): string {
  const lines: string[] = [];
  for (let row = 0; row < tree.length; row++) {
    const self = tree.self[row] === 0 ? "" : ` (${tree.self[row]})`;
    lines.push(
      `${"  ".repeat(tree.depth[row])}${frameName(tree.frames, tree.frame[row])} ${tree.total[row]}${self}`,
    );
  }
  return lines.join("\n");
}

/** The call tree of a profile as `treePicture`. */
export function drawTree(profile: Profile, options?: CallTreeOptions): string {
  return treePicture(buildCallTree(profile, options));
}

/** Takes the common indentation off a template literal. */
export function picture(text: string): string {
  const lines = text.split("\n").filter((line) => line.trim() !== "");
  const indent = Math.min(...lines.map((line) => line.length - line.trimStart().length));
  return lines.map((line) => line.slice(indent)).join("\n");
}
