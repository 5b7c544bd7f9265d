import { bpfCollector } from "./bpf/collector.ts";
import { type Availability, type Collector, CollectorError, type CollectorName } from "./contract.ts";
import { kmodCollector } from "./kmod/collector.ts";
import { perfCollector } from "./perf/collector.ts";
import { stapCollector } from "./stap/collector.ts";

/** In the order in which `auto` asks them. */
export const COLLECTORS: readonly Collector[] = [bpfCollector, kmodCollector, stapCollector, perfCollector];

export interface Choice {
  collector: Collector;
  /** Why this one, for people. */
  why: string;
  /** What works less well with it here. */
  notes: string[];
}

/**
 * The named collector, or with `auto` the first that can work here. `module`: a kernel module built beforehand, for
 * those that load one. Throws CollectorError when there is none.
 */
export async function chooseCollector(wanted: CollectorName | "auto", module?: string): Promise<Choice> {
  const candidates = wanted === "auto" ? COLLECTORS : COLLECTORS.filter(({ name }) => name === wanted);
  const refusals: { collector: Collector; answer: Extract<Availability, { available: false }> }[] = [];
  for (const collector of candidates) {
    const answer = await collector.available(module);
    if (answer.available) {
      const why = wanted === "auto" ? "the first that works here" : "as asked";
      return { collector, why, notes: answer.notes };
    }
    refusals.push({ collector, answer });
  }
  const [first] = refusals;
  if (!first) throw new CollectorError(`there is no collector ${wanted}`, "`stapflame doctor` lists them.");
  const message =
    wanted === "auto"
      ? `no collector can work here: ${refusals.map((r) => `${r.collector.name}: ${r.answer.reason}`).join("; ")}`
      : `the ${first.collector.name} collector cannot work here: ${first.answer.reason}`;
  throw new CollectorError(message, first.answer.remedy);
}
