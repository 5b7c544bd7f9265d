import type { Profile } from "../../profile/profile.ts";
import { fromComments } from "../../profile/recording-info.ts";
import { formatDate, formatHertz, formatNanos, formatShare, formatWeight, plural } from "./format.ts";

/** What was recorded and what was lost, as text for the top of the page. */
export interface RecordingFacts {
  /** What was recorded: `node busy.mjs`. */
  title: string;
  /** The most important facts, a few words each: `12,345 samples`, `10 s`, `99 Hz`. */
  headline: string[];
  /** All facts as (name, value). */
  details: [name: string, value: string][];
  /** Whether it says how complete it is. */
  known: boolean;
  /** One sentence on the completeness of the profile. */
  lossSentence: string;
  /** A line for each cause of loss and each warning; none when all is well. */
  losses: string[];
}

/** `name`: what it is called where it does not tell what was recorded. */
export function recordingFacts(profile: Profile, name = "Profile"): RecordingFacts {
  const info = fromComments(profile.comments);
  const sampleType = profile.sampleTypes[0] ?? { type: "samples", unit: "count" };
  const taken = sum(profile.samples.values[0] ?? new Float64Array());
  const weight = formatWeight(taken, sampleType);
  const duration = profile.durationNanos > 0 ? formatNanos(profile.durationNanos) : "";
  const rate = info ? rateSentence(info.frequencyAsked, info.frequencyAchieved) : "";
  const date = formatDate(profile.timeNanos);

  const details: [string, string][] = [
    ["Target", info?.target ?? ""],
    ["Command line", info?.commandLine ?? ""],
    ["Weight", weight],
    ...profile.sampleTypes
      .slice(1)
      .map((type, index): [string, string] => [
        `Total ${type.type}`,
        formatWeight(sum(profile.samples.values[index + 1]), type),
      ]),
    ["Duration", duration],
    ["Cut user stacks", cutSentence(info?.cutStacks ?? [])],
    ["Frequency", rate],
    ["Event", info?.event ?? ""],
    ["Collector", info?.collector ?? ""],
    ["Kernel", info?.kernel ?? ""],
    ["Host", info?.host ?? ""],
    ["Started", date],
    ["Recorded by", info?.tool ?? ""],
  ];

  // What was imported has facts of a recording, perhaps, but nobody counted its losses.
  const known = info !== undefined && info.collector !== "";
  const drops = info?.drops ?? [];
  const warnings = info?.warnings ?? [];
  const dropped = drops.reduce((total, drop) => total + drop.count, 0);
  return {
    title: info?.target || name,
    headline: [
      duration === "" ? weight : `${weight} in ${duration}`,
      info && Number.isFinite(info.frequencyAsked) ? `${formatHertz(info.frequencyAsked)} per CPU` : "",
      info?.host ?? "",
      date,
    ].filter((text) => text !== ""),
    details: details.filter(([, value]) => value !== ""),
    known,
    lossSentence: lossSentence(known, taken, dropped, warnings.length),
    losses: [...drops.map((drop) => `${plural(drop.count, "sample")} lost: ${drop.cause}`), ...warnings],
  };
}

/** `3 samples: no unwind table; 1 sample: memory not readable`. */
function cutSentence(cuts: readonly { cause: string; count: number }[]): string {
  return cuts.map(({ cause, count }) => `${plural(count, "sample")}: ${cause}`).join("; ");
}

function lossSentence(known: boolean, taken: number, dropped: number, warnings: number): string {
  if (!known) return "The profile does not say how it was recorded or whether samples were lost.";
  const warned = warnings > 0 ? plural(warnings, "warning") : "";
  if (dropped === 0) return warned ? `No samples were lost; ${warned}.` : "No samples were lost.";
  const lost = `${plural(dropped, "sample")} lost (${formatShare(dropped, taken + dropped)})`;
  return warned ? `${lost}; ${warned}.` : `${lost}.`;
}

function rateSentence(asked: number, achieved: number): string {
  if (!Number.isFinite(asked) && !Number.isFinite(achieved)) return "";
  if (!Number.isFinite(achieved)) return `${formatHertz(asked)} per CPU asked for`;
  return `${formatHertz(asked)} per CPU asked for, ${formatHertz(achieved)} achieved`;
}

function sum(values: Float64Array): number {
  let total = 0;
  for (const value of values) total += value;
  return total;
}
