import {
  type Availability,
  type Collector,
  CollectorError,
  type RecordSpec,
  type Session,
  type StartListener,
} from "../contract.ts";
import { DEFAULT_FREQUENCY_HZ } from "../limits.ts";
import { SyscallError } from "../sys/errno.ts";
import { bpfAvailability } from "./available.ts";
import { BtfError } from "./btf.ts";
import { listPrograms } from "./listing.ts";
import { startBpfSession } from "./start-session.ts";
import { VerifierError } from "./syscall.ts";

/** Samples by BPF programs that are assembled here: nothing to compile, nothing to install. */
export const bpfCollector: Collector = {
  name: "bpf",
  description: "BPF programs count stacks in the kernel; needs no compiler and no headers",
  defaultFrequencyHz: DEFAULT_FREQUENCY_HZ,

  async available(): Promise<Availability> {
    return bpfAvailability();
  },

  async start(spec: RecordSpec, listener: StartListener): Promise<Session> {
    try {
      return await startBpfSession(spec, listener);
    } catch (error) {
      throw asCollectorError(error);
    }
  },

  async script(spec: RecordSpec): Promise<string> {
    try {
      return listPrograms(spec);
    } catch (error) {
      throw asCollectorError(error);
    }
  },
};

function asCollectorError(error: unknown): unknown {
  if (error instanceof VerifierError) {
    const lines = error.log.trim().split("\n");
    const last =
      lines.findLast((line) => !/^(processed|verification time|stack depth)/.test(line)) ?? "no log";
    return new CollectorError(
      `${error.message}: ${last}`,
      "Please report this with the output of `uname -a`.",
      {
        cause: error,
      },
    );
  }
  if (error instanceof BtfError) {
    return new CollectorError(
      error.message,
      "The bpf collector needs a kernel with BTF (CONFIG_DEBUG_INFO_BTF).",
      {
        cause: error,
      },
    );
  }
  if (error instanceof SyscallError) {
    const remedy =
      error.code === "ENOMEM"
        ? "Lower --kernel-memory."
        : error.code === "EMFILE"
          ? "Raise the limit of open files (ulimit -n): two are needed for each CPU."
          : "`stapflame doctor` shows what works here.";
    return new CollectorError(`the kernel refused to start sampling (${error.message})`, remedy, {
      cause: error,
    });
  }
  return error;
}
