import type { HotplugChange } from "../process/process-records.ts";
import { attachBpf, cpuClockAttributes, disableEvent, enableEvent } from "../sys/perf-event.ts";
import { startSpread } from "../sys/spread-clocks.ts";
import { closeFd, perfEventOpen } from "../sys/syscall.ts";

const ALL_TASKS = -1;

/** The clock of each CPU that runs the sampling program, opened and closed as CPUs come and go. */
export class SamplingClocks {
  readonly #clocks = new Map<number, number>();
  readonly #programFd: number;
  readonly #periodNanos: number;
  #running = false;

  /** Opens the clocks of `cpus` without starting them. Throws SyscallError. */
  constructor(cpus: Iterable<number>, programFd: number, periodNanos: number) {
    this.#programFd = programFd;
    this.#periodNanos = periodNanos;
    try {
      for (const cpu of cpus) this.#open(cpu);
    } catch (error) {
      this.close();
      throw error;
    }
  }

  start(): void {
    this.#running = true;
    startSpread([...this.#clocks.values()], this.#periodNanos);
  }

  stop(): void {
    this.#running = false;
    for (const clock of this.#clocks.values()) disableEvent(clock);
  }

  followHotplug({ gone, come }: HotplugChange): void {
    for (const cpu of gone) this.#close(cpu);
    for (const cpu of come) {
      try {
        this.#open(cpu);
        if (this.#running) enableEvent(this.#clocks.get(cpu) ?? -1);
      } catch {
        // Gone again already: the next round sees it.
      }
    }
  }

  close(): void {
    for (const cpu of this.#clocks.keys()) this.#close(cpu);
  }

  #open(cpu: number): void {
    const clock = perfEventOpen(cpuClockAttributes(this.#periodNanos), ALL_TASKS, cpu);
    try {
      attachBpf(clock, this.#programFd);
    } catch (error) {
      closeFd(clock);
      throw error;
    }
    this.#clocks.set(cpu, clock);
  }

  #close(cpu: number): void {
    const clock = this.#clocks.get(cpu);
    if (clock !== undefined) closeFd(clock);
    this.#clocks.delete(cpu);
  }
}
