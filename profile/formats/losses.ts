import { labelReader } from "../label.ts";
import { LabelKey, type Profile } from "../profile.ts";
import { CPU_LABEL } from "./labels.ts";
import type { OutputFormat } from "./output-formats.ts";

/** Formats of which it is told what they have no room for; pictures and the page are made to be looked at. */
type DataFormat = Extract<OutputFormat, "pprof" | "folded" | "speedscope" | "firefox">;

interface Feature {
  /** In the plural, as in "has no room for: addresses". */
  name: string;
  heldBy: readonly DataFormat[];
  isIn: (profile: Profile) => boolean;
}

/** What a profile can have that not every format can hold. `docs/formats.md` has the same as a table. */
const FEATURES: readonly Feature[] = [
  {
    name: "addresses",
    heldBy: ["pprof", "firefox"],
    isIn: ({ locations }) => locations.address.some((address) => address !== 0),
  },
  {
    name: "places of mappings",
    heldBy: ["pprof"],
    isIn: ({ mappings }) =>
      [mappings.start, mappings.limit, mappings.fileOffset].some((column) =>
        column.some((value) => value !== 0),
      ),
  },
  { name: "build IDs", heldBy: ["pprof", "firefox"], isIn: ({ mappings }) => mappings.buildId.some(Boolean) },
  {
    name: "modules",
    heldBy: ["pprof", "firefox"],
    isIn: ({ locations, mappings }) => locations.mapping.some((row) => row >= 0 && mappings.file[row] !== 0),
  },
  {
    name: "source files",
    heldBy: ["pprof", "speedscope", "firefox"],
    isIn: ({ functions }) => functions.file.some(Boolean),
  },
  {
    name: "lines within functions",
    heldBy: ["pprof", "firefox"],
    isIn: ({ lines }) => lines.line.some(Boolean) || lines.column.some(Boolean),
  },
  {
    name: "marks of inlined calls",
    heldBy: ["pprof", "firefox"],
    isIn: ({ locations: { lineStart, length } }) => {
      for (let row = 0; row < length; row++) if (lineStart[row + 1] - lineStart[row] > 1) return true;
      return false;
    },
  },
  {
    name: "mangled names",
    heldBy: ["pprof"],
    isIn: ({ functions }) =>
      functions.linkageName.some((name, row) => name !== 0 && name !== functions.name[row]),
  },
  { name: "process ids", heldBy: ["pprof", "firefox"], isIn: hasLabel(LabelKey.pid) },
  { name: "time slices", heldBy: ["pprof", "firefox"], isIn: hasLabel(LabelKey.slice) },
  { name: "CPUs", heldBy: ["pprof"], isIn: hasLabel(CPU_LABEL) },
  {
    name: "fractions of values",
    heldBy: ["speedscope", "firefox"],
    isIn: ({ samples }) => samples.values.some((column) => column.some((value) => !Number.isInteger(value))),
  },
  {
    name: "values below zero",
    heldBy: ["pprof", "folded", "firefox"],
    isIn: ({ samples }) => samples.values.some((column) => column.some((value) => value < 0)),
  },
  {
    name: "facts about the recording",
    heldBy: ["pprof", "firefox"],
    isIn: ({ comments, timeNanos }) => comments.length > 0 || timeNanos !== 0,
  },
];

export interface LossOptions {
  perThread?: boolean;
  valueIndex?: number;
}

/** What `profile` has and the format cannot hold, in words; empty when nothing is lost. */
export function lossesOf(profile: Profile, format: OutputFormat, options: LossOptions = {}): string[] {
  if (format !== "pprof" && format !== "folded" && format !== "speedscope" && format !== "firefox") return [];
  const lost = FEATURES.filter(({ heldBy, isIn }) => !heldBy.includes(format) && isIn(profile)).map(
    ({ name }) => name,
  );
  const holdsThreads = format === "pprof" || format === "firefox" || options.perThread === true;
  if (!holdsThreads && (hasLabel(LabelKey.thread)(profile) || hasLabel(LabelKey.tid)(profile)))
    lost.push("threads");
  if (format !== "pprof") lost.push(...otherLabels(profile));
  if (format === "folded" || format === "firefox") {
    const others = profile.sampleTypes.filter((_, type) => type !== (options.valueIndex ?? 0));
    if (others.length > 0)
      lost.push(`the values ${others.map(({ type, unit }) => `${type}/${unit}`).join(", ")}`);
  }
  return lost;
}

const KNOWN_LABELS = new Set<string>([...Object.values(LabelKey), CPU_LABEL]);

function otherLabels({ samples }: Profile): string[] {
  const keys = new Set(samples.labels.map(({ key }) => key).filter((key) => !KNOWN_LABELS.has(key)));
  return keys.size === 0 ? [] : [`the labels ${[...keys].slice(0, 5).join(", ")}`];
}

function hasLabel(key: string): (profile: Profile) => boolean {
  return (profile) => {
    const read = labelReader(profile, key);
    for (let row = 0; row < profile.samples.length; row++) if (read(row) !== "") return true;
    return false;
  };
}
