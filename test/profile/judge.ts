import type { Profile as JudgeProfile } from "pprof-format";
import type { contentOf } from "./content.ts";

type Numeric = number | bigint;

/** pprof-format reads int64 as unsigned; this is the number as it was meant. */
const signed = (value: Numeric) => Number(BigInt.asIntN(64, BigInt(value)));

/** What a profile that pprof-format has read says, in the form of `contentOf`. */
export function contentOfJudge(profile: JudgeProfile): ReturnType<typeof contentOf> {
  const text = (index: Numeric | undefined) => profile.stringTable.strings[Number(index ?? 0)];
  const valueType = (given: { type: Numeric; unit: Numeric } | undefined) => ({
    type: text(given?.type),
    unit: text(given?.unit),
  });
  const mappingTexts = profile.mapping.map((mapping) =>
    [
      signed(mapping.memoryStart),
      signed(mapping.memoryLimit),
      signed(mapping.fileOffset),
      text(mapping.filename),
      text(mapping.buildId),
      (mapping.hasFunctions ? 1 : 0) +
        (mapping.hasFilenames ? 2 : 0) +
        (mapping.hasLineNumbers ? 4 : 0) +
        (mapping.hasInlineFrames ? 8 : 0),
    ].join(" "),
  );
  const functionTexts = profile.function.map((one) =>
    [text(one.name), text(one.systemName), text(one.filename), signed(one.startLine)].join(" "),
  );
  const at = <T>(ids: { id: Numeric }[], texts: T[], id: Numeric) =>
    texts[ids.findIndex((one) => one.id === id)];
  const locationTexts = profile.location.map((location) => {
    const inlined = location.line.map(
      (line) =>
        `${at(profile.function, functionTexts, line.functionId)}:${signed(line.line)}:${signed(line.column)}`,
    );
    const mapping = location.mappingId ? at(profile.mapping, mappingTexts, location.mappingId) : "none";
    return `${mapping} @${signed(location.address)} [${inlined.join(" < ")}]`;
  });
  const sampleTexts = profile.sample.map((sample) => {
    const path = sample.locationId.map((id) => at(profile.location, locationTexts, id));
    const labels = sample.label.map((label) =>
      label.str
        ? `${text(label.key)}=${text(label.str)}`
        : `${text(label.key)}#${text(label.numUnit)}=${signed(label.num)}`,
    );
    return `${path.join(" <- ")} | ${labels.sort().join(" ")} | ${sample.value.map(signed).join(" ")}`;
  });
  return {
    samples: sampleTexts,
    sampleTypes: profile.sampleType.map(valueType),
    periodType: valueType(profile.periodType),
    period: signed(profile.period),
    timeNanos: signed(profile.timeNanos),
    durationNanos: signed(profile.durationNanos),
    comments: profile.comment.map(text),
    mappings: mappingTexts,
    locations: locationTexts,
    functions: functionTexts,
  };
}
