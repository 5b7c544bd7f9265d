import type { Profile } from "../../profile/profile.ts";

export interface LocationFixture {
  /** Path of the mapping, "" for none. */
  mapping: string;
  address: number;
  returnAddress?: boolean;
  /** A name that it already has. */
  name?: string;
}

/** A profile of locations alone; each distinct mapping is one row, in the order of appearance. */
export function profileOf(
  locations: LocationFixture[],
  mappingFacts: Record<
    string,
    { start?: number; limit?: number; fileOffset?: number; buildId?: string }
  > = {},
): { profile: Profile; returnAddress: Uint8Array } {
  const strings = [""];
  const intern = (text: string) => {
    const known = strings.indexOf(text);
    return known >= 0 ? known : strings.push(text) - 1;
  };
  const files = [...new Set(locations.map(({ mapping }) => mapping).filter((file) => file !== ""))];
  const names = [...new Set(locations.map(({ name }) => name ?? "").filter((name) => name !== ""))];
  const lineStart = [0];
  const lineFunction: number[] = [];
  for (const { name } of locations) {
    if (name !== undefined) lineFunction.push(names.indexOf(name));
    lineStart.push(lineFunction.length);
  }
  const zeros = (length: number) => new Int32Array(length);
  const fact = (key: "start" | "limit" | "fileOffset") =>
    Float64Array.from(files, (file) => mappingFacts[file]?.[key] ?? 0);
  const profile: Profile = {
    strings,
    sampleTypes: [{ type: "samples", unit: "count" }],
    samples: { length: 0, stack: zeros(0), values: [new Float64Array(0)], labels: [] },
    stacks: { length: 0, parent: zeros(0), location: zeros(0) },
    locations: {
      length: locations.length,
      mapping: Int32Array.from(locations, ({ mapping }) => files.indexOf(mapping)),
      address: Float64Array.from(locations, ({ address }) => address),
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
      name: Int32Array.from(names, intern),
      linkageName: zeros(names.length),
      file: zeros(names.length),
      startLine: zeros(names.length),
    },
    mappings: {
      length: files.length,
      start: fact("start"),
      limit: fact("limit"),
      fileOffset: fact("fileOffset"),
      file: Int32Array.from(files, intern),
      buildId: Int32Array.from(files, (file) => intern(mappingFacts[file]?.buildId ?? "")),
      flags: new Uint8Array(files.length),
    },
    periodType: { type: "cpu", unit: "nanoseconds" },
    period: 0,
    timeNanos: 0,
    durationNanos: 0,
    comments: [],
  };
  return { profile, returnAddress: Uint8Array.from(locations, (one) => (one.returnAddress ? 1 : 0)) };
}

/** One line a location: `MAPPING ADDRESS NAME`, the name "-" where there is none. */
export function picture(profile: Profile): string[] {
  const { locations, mappings, lines, functions, strings } = profile;
  return Array.from({ length: locations.length }, (_, location) => {
    const mapping = locations.mapping[location];
    const file = mapping < 0 ? "-" : strings[mappings.file[mapping]];
    const names: string[] = [];
    for (let row = locations.lineStart[location]; row < locations.lineStart[location + 1]; row++) {
      names.push(strings[functions.name[lines.function[row]]]);
    }
    return `${file} ${hex(locations.address[location])} ${names.join(" < ") || "-"}`;
  });
}

/** One line a mapping: `FILE START-LIMIT @OFFSET BUILDID flags N`. */
export function mappingPicture({ mappings, strings }: Profile): string[] {
  return Array.from({ length: mappings.length }, (_, row) =>
    [
      strings[mappings.file[row]],
      `${hex(mappings.start[row])}-${hex(mappings.limit[row])}`,
      `@${hex(mappings.fileOffset[row])}`,
      strings[mappings.buildId[row]] || "-",
      `flags ${mappings.flags[row]}`,
    ].join(" "),
  );
}

function hex(value: number): string {
  return BigInt.asUintN(64, BigInt(value)).toString(16);
}
