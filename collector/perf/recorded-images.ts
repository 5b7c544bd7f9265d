import type { ProcessEvents } from "../contract.ts";
import type { Mapping } from "../process/address-space.ts";
import type { OpenedMapped } from "../process/open-mapped.ts";
import { liveProcessReader, type ProcessImage, type ProcessReader } from "../unwind/process-reader.ts";

/** Images are told apart by the order of records, not by this word. */
const SOME_CHECK = 1;

/**
 * Processes as the records tell them, which are read after the fact but in the order of time: whoever executes
 * something has no mappings until records tell of them, whatever /proc shows by now. /proc is for what was there before
 * the recording, or when records were lost.
 */
export class RecordedImages implements ProcessReader {
  readonly #live = liveProcessReader();
  #executing: number | undefined;

  image(pid: number): ProcessImage | "executing" | undefined {
    if (pid === this.#executing) return { check: SOME_CHECK, mappings: [] };
    return this.#live.image(pid);
  }

  runs(pid: number): boolean {
    return this.#live.runs(pid);
  }

  file(path: string): Mapping | undefined {
    return this.#live.file(path);
  }

  beginning(pid: number, mapping: Mapping): Uint8Array | undefined {
    return this.#live.beginning(pid, mapping);
  }

  constantCode(pid: number, mapping: Mapping): Uint8Array | undefined {
    return this.#live.constantCode(pid, mapping);
  }

  open(pid: number, path: string, mapping: Mapping): OpenedMapped {
    return this.#live.open(pid, path, mapping);
  }

  /** Hands events on so that `image` knows of an exec while it is being told. */
  telling(events: ProcessEvents): ProcessEvents {
    return {
      mmap: (pid, time, mapping) => events.mmap(pid, time, mapping),
      comm: (pid, tid, time, comm, exec) => {
        this.#executing = exec ? pid : undefined;
        events.comm(pid, tid, time, comm, exec);
        this.#executing = undefined;
      },
      fork: (pid, parentPid, time) => events.fork(pid, parentPid, time),
      newThread: (pid) => events.newThread(pid),
      exit: (pid, tid, time) => events.exit(pid, tid, time),
      gap: (since) => events.gap(since),
    };
  }
}
