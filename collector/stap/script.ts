import frame from "../../kmod-templates/stap/frame.stp?raw";
import sample from "../../kmod-templates/stap/sample.stp?raw";
import settings from "../../kmod-templates/stap/settings.stp?raw";
import side from "../../kmod-templates/stap/side.stp?raw";
import state from "../../kmod-templates/stap/state.stp?raw";
import userStack from "../../kmod-templates/stap/user-stack.stp?raw";
import type { StapLimits } from "./limits.ts";
import { limitMacros } from "./limits.ts";

/** All that a script depends on. Two recordings with equal ones share a compiled module. */
export interface ScriptPlan {
  frequencyHz: number;
  /** Whether user stacks are walked; without them SystemTap need not follow every process's mappings. */
  userStacks: boolean;
  limits: StapLimits;
}

/** The rate of `timer.profile` (tapset timers.stp: perf.sw.cpu_clock.sample(1000000)). */
export const PROFILE_HZ = 1000;
const NANOS_PER_SECOND = 1e9;

/** The probe point that fires `frequencyHz` times a second on each CPU. */
export function clockProbe(frequencyHz: number): string {
  if (frequencyHz === PROFILE_HZ) return "timer.profile";
  return `perf.sw.cpu_clock.sample(${Math.round(NANOS_PER_SECOND / frequencyHz)})`;
}

/** The SystemTap script of a plan. */
export function renderScript(plan: ScriptPlan): string {
  const { limits, userStacks } = plan;
  const values: Record<string, string> = {
    DEPTH: String(limits.depth),
    CAPACITY: String(limits.capacity),
    CLOCK: clockProbe(plan.frequencyHz),
    OUTPUT_BYTES: String(limits.outputBytes),
    USER_STACK: userStacks ? "sf_user_stack()" : '""',
    SETTINGS: renderSettings(plan),
  };
  const parts = [settings, state, sample, ...(userStacks ? [userStack] : []), frame];
  const sides = ["0", "1"].map((name) => side.replaceAll("@@SIDE@@", name));
  return [...parts, ...sides].join("\n").replaceAll(/@@([A-Z_]+)@@/g, (mark, name: string) => {
    const value = values[name];
    if (value === undefined) throw new Error(`a template has ${mark}, which nothing fills`);
    return value;
  });
}

/** The arguments of `stap` that set the limits. */
export function limitArguments(limits: StapLimits): string[] {
  return limitMacros(limits).map(({ name, value }) => `-D${name}${value === undefined ? "" : `=${value}`}`);
}

/** What a compiled module says of itself in its .modinfo section. */
function renderSettings({ frequencyHz, userStacks, limits }: ScriptPlan): string {
  return [
    `hz=${frequencyHz}`,
    `user=${userStacks ? 1 : 0}`,
    `depth=${limits.depth}`,
    `string=${limits.stringBytes}`,
    `entries=${limits.entries}`,
    `capacity=${limits.capacity}`,
    `output=${limits.outputBytes}`,
    `memory=${limits.memoryBytes}`,
  ].join(" ");
}

/** The plan of a compiled module, from the bytes of its file (a character a byte). Undefined when it is not ours. */
export function planOfModule(bytes: string): ScriptPlan | undefined {
  const text = /\0stapflame_settings=([a-z0-9=. ]+)\0/.exec(bytes)?.[1];
  if (text === undefined) return undefined;
  const values = new Map(text.split(" ").map((pair) => pair.split("=") as [string, string]));
  const number = (name: string) => Number(values.get(name) ?? Number.NaN);
  const limits: StapLimits = {
    depth: number("depth"),
    stringBytes: number("string"),
    entries: number("entries"),
    capacity: number("capacity"),
    outputBytes: number("output"),
    memoryBytes: number("memory"),
  };
  const plan = { frequencyHz: number("hz"), userStacks: number("user") === 1, limits };
  return Object.values(limits).some(Number.isNaN) || Number.isNaN(plan.frequencyHz) ? undefined : plan;
}
