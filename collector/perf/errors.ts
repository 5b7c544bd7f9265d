import { CollectorError } from "../contract.ts";
import { SyscallError } from "../sys/errno.ts";
import { setting } from "./access.ts";

/** What a refusal of the kernel means, for people. */
export function asCollectorError(error: unknown): unknown {
  if (!(error instanceof SyscallError)) return error;
  const { message, remedy } = error.call === "mmap" ? explainMapping(error) : explainOpening(error);
  return new CollectorError(message, remedy, { cause: error });
}

interface Explained {
  message: string;
  remedy: string;
}

function explainMapping({ code, message }: SyscallError): Explained {
  if (code === "EPERM") {
    return {
      message: `this user may lock no more memory for ring buffers (kernel.perf_event_mlock_kb is ${setting("perf_event_mlock_kb")} for each CPU)`,
      remedy: "Raise `ulimit -l`, lower --stack-size, or end other recordings of this user.",
    };
  }
  return {
    message: `there is no memory for ring buffers (${message})`,
    remedy: "Lower --kernel-memory, or --stack-size.",
  };
}

function explainOpening({ code, message }: SyscallError): Explained {
  switch (code) {
    case "EACCES":
    case "EPERM":
      return {
        message: `the kernel does not let this user sample that process (${code})`,
        remedy: "Record processes of your own, or run as root (sudo).",
      };
    case "EMFILE":
    case "ENFILE":
      return {
        message: "each thread takes an open file on each CPU, and that is more than may be open",
        remedy: "Raise the limit of open files (ulimit -n), or name single threads with -t.",
      };
    case "ENOMEM":
      return {
        message: "the kernel has no memory for so many events",
        remedy: "Name single threads with -t.",
      };
    default:
      return {
        message: `the kernel refused to start sampling (${message})`,
        remedy: "`stapflame doctor` shows what works here.",
      };
  }
}
