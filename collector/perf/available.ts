import type { Availability } from "../contract.ts";
import { environmentNotes } from "../environment-notes.ts";
import { SyscallError } from "../sys/errno.ts";
import { isArchitectureKnown } from "../sys/syscall.ts";
import { accessLimits, perfAccess, setting } from "./access.ts";

const no = (reason: string, remedy: string): Availability => ({ available: false, reason, remedy });

/** Whether this kernel lets this process make perf events of its own. */
export function perfAvailability(): Availability {
  if (process.platform !== "linux") {
    return no(`perf events need Linux, this is ${process.platform}`, "Record on a Linux machine.");
  }
  if (!isArchitectureKnown()) {
    return no(`stapflame has no system call numbers for ${process.arch}`, "x64 and arm64 are known.");
  }
  try {
    return { available: true, notes: [...accessLimits(perfAccess()), ...environmentNotes()] };
  } catch (error) {
    if (error instanceof SyscallError) return explainRefusal(error);
    throw error;
  }
}

function explainRefusal({ code }: SyscallError): Availability {
  const paranoid = setting("perf_event_paranoid");
  if (code === "ENOENT" || code === "ENOSYS" || code === "ENODEV") {
    return no(`the kernel has no perf cpu-clock event (${code})`, "It needs CONFIG_PERF_EVENTS.");
  }
  if (code === "EACCES" || (code === "EPERM" && Number(paranoid) > 2)) {
    return no(
      `the kernel gives perf events to privileged users only (kernel.perf_event_paranoid is ${paranoid})`,
      "Allow them: `sysctl kernel.perf_event_paranoid=2`; or run as root (sudo), or give CAP_PERFMON.",
    );
  }
  if (code === "EPERM") {
    return no(
      "perf events are forbidden to this process: a container or a security policy withholds them",
      "Give the container CAP_PERFMON or a seccomp profile that allows perf_event_open(2).",
    );
  }
  return no(
    `the kernel refuses a perf cpu-clock event (${code})`,
    "Its configuration or version does not fit.",
  );
}
