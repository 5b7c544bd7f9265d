import { baseName } from "../../profile/frame-name.ts";
import type { Profile } from "../../profile/profile.ts";
import { fromComments } from "../../profile/recording-info.ts";
import { counted, hertz, percent, seconds } from "../words.ts";
import type { Heaviest } from "./heaviest.ts";
import type { Glyphs } from "./text/fit.ts";
import { visibleText } from "./text/visible.ts";
import { weightText } from "./text/weight.ts";

/** The heaviest functions and stacks as lines of any length, for pipes and terminals that draw nothing. */
export function plainReport(path: string, profile: Profile, data: Heaviest, glyphs: Glyphs): string {
  const seen = (text: string) => visibleText(text, glyphs.ascii);
  const { total, functions, functionCount, stacks, stackCount } = data;
  const lines = [seen(`${path}: ${headline(profile, total)}`), ...lossLines(profile).map(seen)];
  if (total <= 0) return `${[...lines, "No samples were recorded."].join("\n")}\n`;

  lines.push("", `Functions by their own weight, ${functions.length} of ${functionCount}:`);
  lines.push("    self   total  function");
  for (const { name, module, self, total: all } of functions) {
    const where = module === "" ? "" : `  ${seen(baseName(module))}`;
    lines.push(`  ${share(self, total)}  ${share(all, total)}  ${seen(name)}${where}`);
  }
  lines.push("", `Stacks by weight, ${stacks.length} of ${stackCount}:`);
  for (const { self, frames } of stacks) {
    lines.push(`  ${share(self, total)}  ${frames.map(({ name }) => seen(name)).join(` ${glyphs.calls} `)}`);
  }
  return `${lines.join("\n")}\n`;
}

/** The same for programs: one object. Only ASCII, so that no name can drive a terminal. */
export function jsonReport(path: string, profile: Profile, data: Heaviest): string {
  const [{ type, unit }] = profile.sampleTypes;
  const info = fromComments(profile.comments);
  const json = JSON.stringify({
    file: path,
    sampleType: { type, unit },
    total: data.total,
    durationMs: Math.round(profile.durationNanos / 1e6),
    target: info?.target ?? null,
    dropped: info?.drops ?? null,
    warnings: info?.warnings ?? null,
    functions: data.functions,
    stacks: data.stacks,
  });
  return `${json.replace(/[^\x20-\x7e]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`)}\n`;
}

function headline(profile: Profile, total: number): string {
  const info = fromComments(profile.comments);
  const duration = profile.durationNanos > 0 ? ` in ${seconds(profile.durationNanos / 1e6)}` : "";
  const target = info?.target ? ` of ${info.target}` : "";
  const host = info?.host ? ` on ${info.host}` : "";
  const rate =
    info && Number.isFinite(info.frequencyAsked) ? `, ${hertz(info.frequencyAsked)} per CPU asked` : "";
  return `${weightText(total, profile.sampleTypes[0])}${target}${host}${duration}${rate}`;
}

function lossLines(profile: Profile): string[] {
  const info = fromComments(profile.comments);
  if (info === undefined)
    return ["The profile does not say how it was recorded or whether samples were lost."];
  const drops = info.drops.map(({ count, cause }) => `Dropped: ${counted(count, "sample")}, ${cause}`);
  return [...(drops.length > 0 ? drops : ["Dropped: none"]), ...info.warnings.map((text) => `Note: ${text}`)];
}

function share(part: number, whole: number): string {
  return percent(part, whole).padStart(6);
}
