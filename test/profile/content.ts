import type { Profile } from "../../profile/profile.ts";

/** What a profile says, apart from how its tables are numbered: the form in which two profiles can be compared. */
export function contentOf(profile: Profile) {
  const { strings, samples, stacks, locations, lines, functions, mappings } = profile;
  const mappingText = (row: number) =>
    row < 0
      ? "none"
      : [
          mappings.start[row],
          mappings.limit[row],
          mappings.fileOffset[row],
          strings[mappings.file[row]],
          strings[mappings.buildId[row]],
          mappings.flags[row],
        ].join(" ");
  const functionText = (row: number) =>
    [
      strings[functions.name[row]],
      strings[functions.linkageName[row]],
      strings[functions.file[row]],
      functions.startLine[row],
    ].join(" ");
  const locationText = (row: number) => {
    const inlined: string[] = [];
    for (let at = locations.lineStart[row]; at < locations.lineStart[row + 1]; at++) {
      inlined.push(`${functionText(lines.function[at])}:${lines.line[at]}:${lines.column[at]}`);
    }
    return `${mappingText(locations.mapping[row])} @${locations.address[row] + 0} [${inlined.join(" < ")}]`;
  };
  const sampleTexts: string[] = [];
  for (let row = 0; row < samples.length; row++) {
    const path: string[] = [];
    for (let up = samples.stack[row]; up >= 0; up = stacks.parent[up])
      path.push(locationText(stacks.location[up]));
    const labels: string[] = [];
    for (const label of samples.labels) {
      if (label.kind === "text" && label.values[row] !== 0) {
        labels.push(`${label.key}=${strings[label.values[row]]}`);
      } else if (label.kind === "number" && !Number.isNaN(label.values[row])) {
        labels.push(`${label.key}#${label.unit}=${label.values[row] + 0}`);
      }
    }
    const values = samples.values.map((column) => column[row] + 0);
    sampleTexts.push(`${path.join(" <- ")} | ${labels.sort().join(" ")} | ${values.join(" ")}`);
  }
  return {
    samples: sampleTexts,
    sampleTypes: profile.sampleTypes,
    periodType: profile.periodType,
    period: profile.period,
    timeNanos: profile.timeNanos,
    durationNanos: profile.durationNanos,
    comments: profile.comments,
    mappings: Array.from({ length: mappings.length }, (_, row) => mappingText(row)),
    locations: Array.from({ length: locations.length }, (_, row) => locationText(row)),
    functions: Array.from({ length: functions.length }, (_, row) => functionText(row)),
  };
}
