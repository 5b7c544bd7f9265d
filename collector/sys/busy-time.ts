import { readFileSync } from "node:fs";

/** USER_HZ, the unit of /proc/stat: 100 on every architecture that Node runs on. */
const TICKS_PER_SECOND = 100;
/** Columns of a cpu line, see proc(5): user nice system idle iowait irq softirq steal. */
const BUSY_COLUMNS = [0, 1, 2, 5, 6];

/** CPU-seconds that all CPUs together were not idle, from the text of /proc/stat. NaN if it has no cpu line. */
export function parseBusySeconds(procStat: string): number {
  const line = /^cpu\s+(.*)$/m.exec(procStat);
  if (!line) return Number.NaN;
  const columns = line[1].trim().split(/\s+/).map(Number);
  return BUSY_COLUMNS.reduce((sum, column) => sum + (columns[column] ?? 0), 0) / TICKS_PER_SECOND;
}

/** CPU-seconds that all CPUs together were not idle since the machine started, to 10 ms a CPU. */
export function busySeconds(): number {
  return parseBusySeconds(readFileSync("/proc/stat", "latin1"));
}

/** Busy time is told in steps of 10 ms a CPU: of less than this, a rate would be a guess. */
const MIN_BUSY_SECONDS = 1;

/** CPU-seconds that all CPUs together were not idle during a recording. */
export class BusyMeter {
  readonly #atStart = busySeconds();
  #now = this.#atStart;

  /** To be called now and then, and when sampling ends: the reading that `rate` uses. */
  read(): void {
    this.#now = busySeconds();
  }

  /** Ticks a second of busy CPU time; NaN while there is too little of it to tell. */
  rate(busyTicks: number): number {
    const busy = this.#now - this.#atStart;
    return busy >= MIN_BUSY_SECONDS ? busyTicks / busy : Number.NaN;
  }
}
