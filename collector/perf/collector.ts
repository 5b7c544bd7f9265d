import type { Availability, Collector, RecordSpec, Session, StartListener } from "../contract.ts";
import { DEFAULT_FREQUENCY_HZ } from "../limits.ts";
import { perfAvailability } from "./available.ts";
import { asCollectorError } from "./errors.ts";
import { listEvents } from "./listing.ts";
import { PerfSession } from "./session.ts";

/** Samples by perf events, as an ordinary user may: each sample is copied out of the kernel and counted here. */
export const perfCollector: Collector = {
  name: "perf",
  description:
    "perf events, for your own processes without privilege; each sample is copied out of the kernel",
  defaultFrequencyHz: DEFAULT_FREQUENCY_HZ,

  async available(): Promise<Availability> {
    return perfAvailability();
  },

  async start(spec: RecordSpec, listener: StartListener): Promise<Session> {
    try {
      return await PerfSession.start(spec, listener);
    } catch (error) {
      throw asCollectorError(error);
    }
  },

  async script(spec: RecordSpec): Promise<string> {
    return listEvents(spec);
  },
};
