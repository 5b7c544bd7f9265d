import { accessSync, constants, readFileSync } from "node:fs";
import type { Availability } from "../contract.ts";
import { environmentNotes } from "../environment-notes.ts";
import { onlineCpus } from "../sys/cpus.ts";
import { SyscallError } from "../sys/errno.ts";
import { cpuClockAttributes } from "../sys/perf-event.ts";
import { closeFd, isArchitectureKnown, liftLockedMemoryLimit, perfEventOpen } from "../sys/syscall.ts";
import { Assembler, imm, R0 } from "./assembler.ts";
import { BTF_PATH } from "./kernel-layout.ts";
import { BPF_F_MMAPABLE, createMap, kernelVersion, loadProgram, MapType, ProgramType } from "./syscall.ts";

/**
 * 5.8 brought CAP_BPF and CAP_PERFMON; the helpers and map features used here are older, the latest being
 * `bpf_probe_read_kernel` (5.5) and maps shared by mmap (5.5).
 */
const OLDEST_KERNEL: readonly [number, number] = [5, 8];

const no = (reason: string, remedy: string): Availability => ({ available: false, reason, remedy });

/**
 * Whether this kernel lets this process sample with BPF. Does what a recording does, in small: a map, a program, an
 * event; so that the answer is the kernel's own and not a guess from settings.
 */
export function bpfAvailability(version: [number, number, number] = kernelVersion()): Availability {
  if (process.platform !== "linux") {
    return no(
      `BPF needs Linux, this is ${process.platform}`,
      "Record on a Linux machine; reports can be made anywhere.",
    );
  }
  if (!isArchitectureKnown()) {
    return no(`stapflame has no system call numbers for ${process.arch}`, "x64 and arm64 are known.");
  }
  const [major, minor] = version;
  if (major < OLDEST_KERNEL[0] || (major === OLDEST_KERNEL[0] && minor < OLDEST_KERNEL[1])) {
    return no(
      `this kernel is ${version.join(".")}; the bpf collector needs ${OLDEST_KERNEL.join(".")} or newer`,
      "Use a newer kernel.",
    );
  }
  return tryMap() ?? tryProgram() ?? tryEvent() ?? tryBtf() ?? { available: true, notes: environmentNotes() };
}

/** Runs one step with its descriptor closed again; a refusal by the kernel becomes an answer. */
function attempt(
  step: () => number,
  explain: (error: SyscallError) => Availability,
): Availability | undefined {
  try {
    closeFd(step());
    return undefined;
  } catch (error) {
    if (error instanceof SyscallError) return explain(error);
    throw error;
  }
}

function tryMap(): Availability | undefined {
  liftLockedMemoryLimit();
  return attempt(
    () =>
      createMap({
        type: MapType.array,
        keyBytes: 4,
        valueBytes: 64,
        entries: 1,
        flags: BPF_F_MMAPABLE,
        name: "sf_probe",
      }),
    explainBpf,
  );
}

function tryProgram(): Availability | undefined {
  const code = new Assembler().mov(R0, imm(0)).exit().finish();
  return attempt(() => loadProgram({ type: ProgramType.perfEvent, name: "sf_probe", code }), explainBpf);
}

function tryEvent(): Availability | undefined {
  const allTasks = -1;
  return attempt(
    () => perfEventOpen(cpuClockAttributes(1e9), allTasks, onlineCpus()[0]),
    (error) =>
      error.code === "EACCES" || error.code === "EPERM"
        ? no(
            `the kernel does not let this user watch all CPUs (perf_event_paranoid is ${paranoid()})`,
            "Run as root (sudo), or give CAP_PERFMON.",
          )
        : no(`the kernel has no perf cpu-clock event (${error.code})`, "It needs CONFIG_PERF_EVENTS."),
  );
}

function tryBtf(): Availability | undefined {
  try {
    accessSync(BTF_PATH, constants.R_OK);
    return undefined;
  } catch {
    return no(
      `the kernel does not tell its types (${BTF_PATH} cannot be read)`,
      "It needs CONFIG_DEBUG_INFO_BTF, which distributions' kernels have.",
    );
  }
}

function explainBpf(error: SyscallError): Availability {
  if (error.code === "ENOSYS") {
    return no("this kernel has no bpf system call, or a sandbox hides it", "It needs CONFIG_BPF_SYSCALL.");
  }
  if (error.code !== "EPERM" && error.code !== "EACCES") {
    return no(
      `the kernel refuses a small BPF program (${error.code})`,
      "Its configuration or version does not fit.",
    );
  }
  if (lockdown() === "confidentiality") {
    return no(
      "the kernel is locked down (confidentiality), which forbids BPF to read kernel memory",
      "Boot without lockdown=confidentiality.",
    );
  }
  if (process.geteuid?.() !== 0) {
    return no(
      "only root may load BPF programs here",
      "Run with sudo, or give CAP_BPF, CAP_PERFMON and CAP_SYSLOG.",
    );
  }
  return no(
    "BPF is forbidden to this process although it is root: a container or a security policy withholds it",
    "Give the container CAP_BPF and CAP_PERFMON (or --privileged) and a seccomp profile that allows bpf(2).",
  );
}

function lockdown(): string | undefined {
  const text = readSetting("/sys/kernel/security/lockdown");
  return text === undefined ? undefined : /\[(\w+)\]/.exec(text)?.[1];
}

function paranoid(): string {
  return readSetting("/proc/sys/kernel/perf_event_paranoid") ?? "unknown";
}

function readSetting(path: string): string | undefined {
  try {
    return readFileSync(path, "latin1").trim();
  } catch {
    return undefined;
  }
}
