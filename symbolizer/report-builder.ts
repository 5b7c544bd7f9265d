import { perfMapPath } from "../profile/frame-kind.ts";
import { innermostName, isPlaceName } from "../profile/frame-name.ts";
import type { Profile } from "../profile/profile.ts";
import { locationsIn, samplesThrough } from "../profile/samples-through.ts";
import type { Missing } from "./found.ts";
import type { JitDumpResolver } from "./jit-dump.ts";
import type { PerfMapResolver } from "./perf-map.ts";
import { jitDumpAdvice, perfMapAdvice } from "./run-time-compilers.ts";
import type { SymbolizationReport } from "./symbolization-report.ts";

/** A sentence that lists processes lists no more than these. */
const MAX_LISTED = 5;
/** Of all samples. */
const SHARE_WORTH_ADVICE = 0.01;

/** Gathers what goes into the report while a profile is being symbolized. */
export class ReportBuilder {
  readonly #unreadable = new Map<string, string>();
  readonly #debugProblems: { file: string; reason: string }[] = [];
  readonly #warnings = new Set<string>();
  readonly #withoutPerfMap: number[] = [];
  readonly #withDumpOnly: number[] = [];

  warn(sentence: string): void {
    this.#warnings.add(sentence);
  }

  unreadable(file: string, reason: string): void {
    if (!this.#unreadable.has(file)) this.#unreadable.set(file, reason);
  }

  debugProblem(file: string, reason: string): void {
    this.#debugProblems.push({ file, reason });
  }

  perfMapMissing(pid: number, file: string, { missing, absent }: Missing): void {
    if (absent) this.#withoutPerfMap.push(pid);
    else this.warn(`${file} was not used: ${missing}.`);
  }

  perfMapRead(file: string, { malformedLines, cut }: PerfMapResolver): void {
    if (malformedLines > 0) {
      const lines = malformedLines === 1 ? "1 line that is" : `${malformedLines} lines that are`;
      this.warn(`${file} has ${lines} not of the form "START SIZE NAME"; the others were used.`);
    }
    if (cut) this.warn(`${file} is very large; only its last part was used.`);
  }

  /** `alone`: there was no perf map besides. */
  jitDumpRead(pid: number, { damage }: JitDumpResolver, alone: boolean): void {
    if (alone) this.#withDumpOnly.push(pid);
    if (damage !== undefined) this.warn(`The dump of run-time code (jitdump) of process ${pid} ${damage}.`);
  }

  /**
   * Counts names in `after`, where a function that is only told by its place has none; locations that had lines in `before` count as
   * already named.
   */
  finish(before: Profile, after: Profile): SymbolizationReport {
    const byFile = new Map<string, { file: string; named: number; unnamed: number }>();
    let named = 0;
    let unnamed = 0;
    let alreadyNamed = 0;
    const hasLines = ({ locations }: Profile, location: number) =>
      locations.lineStart[location] < locations.lineStart[location + 1];
    for (let location = 0; location < after.locations.length; location++) {
      const mapping = after.locations.mapping[location];
      const file = mapping < 0 ? "" : after.strings[after.mappings.file[mapping]];
      const counts = byFile.get(file) ?? { file, named: 0, unnamed: 0 };
      byFile.set(file, counts);
      const name = innermostName(after, location);
      const isNamed = name !== undefined && !isPlaceName(name, file);
      if (hasLines(before, location)) alreadyNamed++;
      else if (isNamed) named++;
      else unnamed++;
      if (isNamed) counts.named++;
      else counts.unnamed++;
    }
    this.#adviseOnRunTimeCode(after);
    return {
      named,
      unnamed,
      alreadyNamed,
      mappings: [...byFile.values()].sort((a, b) => b.unnamed - a.unnamed),
      unreadable: Array.from(this.#unreadable, ([file, reason]) => ({ file, reason })),
      debugProblems: this.#debugProblems,
      warnings: [...this.#warnings],
    };
  }

  #adviseOnRunTimeCode(profile: Profile): void {
    this.#advise(
      this.#withoutPerfMap,
      profile,
      () => `has no names, for want of /tmp/perf-PID.map. ${perfMapAdvice(profile)}.`,
    );
    this.#advise(
      this.#withDumpOnly,
      profile,
      () => `has no names, for the dump (jitdump) does not tell of it. ${jitDumpAdvice(profile)}`,
    );
  }

  /** Advice that would change next to nothing in the picture is not given: a launcher that is in a few samples. */
  #advise(pids: readonly number[], profile: Profile, predicate: () => string): void {
    const maps = new Set(pids.map(perfMapPath));
    if (maps.size === 0) return;
    const { lineStart } = profile.locations;
    const isInMaps = locationsIn(profile, (file) => maps.has(file));
    const concerned = samplesThrough(
      profile,
      (location) => lineStart[location] === lineStart[location + 1] && isInMaps(location),
    );
    const all = profile.samples.values[0]?.reduce((sum, value) => sum + value, 0) ?? 0;
    const share = all > 0 ? concerned / all : 1;
    if (share >= SHARE_WORTH_ADVICE) this.warn(`${codeOf(pids, share)} ${predicate()}`);
  }
}

function codeOf(pids: readonly number[], share: number): string {
  const listed = pids.slice(0, MAX_LISTED).join(", ");
  const rest = pids.length > MAX_LISTED ? ` and ${pids.length - MAX_LISTED} more` : "";
  const processes = pids.length === 1 ? `process ${listed}` : `processes ${listed}${rest}`;
  return `Code compiled at run time in ${processes} (${(100 * share).toFixed(1)}% of the samples)`;
}
