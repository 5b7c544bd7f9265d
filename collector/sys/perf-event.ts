import { readSync } from "node:fs";
import { ioctl } from "./syscall.ts";

/**
 * perf_event_open(2): attributes and ioctls, from include/uapi/linux/perf_event.h.
 */
const PERF_TYPE_SOFTWARE = 1;
const PERF_COUNT_SW_CPU_CLOCK = 0;
const PERF_COUNT_SW_DUMMY = 9;
const PERF_SAMPLE_IP = 1n << 0n;
const PERF_SAMPLE_TID = 1n << 1n;
const PERF_SAMPLE_TIME = 1n << 2n;
const PERF_SAMPLE_CALLCHAIN = 1n << 5n;
const PERF_SAMPLE_REGS_USER = 1n << 12n;
const PERF_SAMPLE_STACK_USER = 1n << 13n;
const PERF_FORMAT_TOTAL_TIME_ENABLED = 1n;
const PERF_FORMAT_LOST = 16n;
const CLOCK_MONOTONIC = 1;
const ATTR_SIZE = 112; // PERF_ATTR_SIZE_VER5, Linux 4.1: all that is used here

/** Bits of the flags word of perf_event_attr. */
const Flag = {
  disabled: 1n << 0n,
  inherit: 1n << 1n,
  excludeUser: 1n << 4n,
  excludeKernel: 1n << 5n,
  excludeIdle: 1n << 7n,
  mmap: 1n << 8n,
  comm: 1n << 9n,
  task: 1n << 13n,
  watermark: 1n << 14n,
  sampleIdAll: 1n << 18n,
  excludeCallchainKernel: 1n << 21n,
  excludeCallchainUser: 1n << 22n,
  mmap2: 1n << 23n,
  commExec: 1n << 24n,
  useClockid: 1n << 25n,
} as const;

/** `_IO('$', n)` and friends. */
const IOC_ENABLE = 0x2400;
const IOC_DISABLE = 0x2401;
const IOC_SET_OUTPUT = 0x2405;
const IOC_SET_BPF = 0x40042408;

interface Attributes {
  config: number;
  period: bigint;
  sampleType: bigint;
  flags: bigint;
  /** Bytes of records after which whoever polls is woken; with Flag.watermark. */
  wakeupWatermark?: number;
  /** PERF_FORMAT_LOST or nothing. */
  readFormat?: bigint;
  /** Which user registers each sample bears, a bit each, and how many bytes of the user's stack. */
  registers?: bigint;
  stackBytes?: number;
  /** Frames that a call chain has at most; 0: kernel.perf_event_max_stack. */
  maxStack?: number;
}

function encode(attributes: Attributes): Uint8Array {
  const bytes = new Uint8Array(ATTR_SIZE);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, PERF_TYPE_SOFTWARE, true);
  view.setUint32(4, ATTR_SIZE, true);
  view.setBigUint64(8, BigInt(attributes.config), true);
  view.setBigUint64(16, attributes.period, true);
  view.setBigUint64(24, attributes.sampleType, true);
  view.setBigUint64(32, PERF_FORMAT_TOTAL_TIME_ENABLED | (attributes.readFormat ?? 0n), true);
  view.setBigUint64(40, attributes.flags, true);
  view.setUint32(48, attributes.wakeupWatermark ?? 0, true);
  view.setBigUint64(80, attributes.registers ?? 0n, true);
  view.setUint32(88, attributes.stackBytes ?? 0, true);
  view.setInt32(92, CLOCK_MONOTONIC, true);
  view.setUint16(108, attributes.maxStack ?? 0, true);
  return bytes;
}

/** A CPU clock that overflows each `periodNanos` of wall time, idle or not; created disabled. */
export function cpuClockAttributes(periodNanos: number): Uint8Array {
  return encode({
    config: PERF_COUNT_SW_CPU_CLOCK,
    period: BigInt(Math.round(periodNanos)),
    sampleType: 0n,
    flags: Flag.disabled | Flag.useClockid,
  });
}

/**
 * An event that counts nothing but carries the records of processes: MMAP2, COMM, FORK, EXIT, each followed by
 * a `sample_id` of thread ids and a CLOCK_MONOTONIC time (the clock of `bpf_ktime_get_ns`). Each record wakes whoever
 * polls the event.
 */
export function processRecordsAttributes(): Uint8Array {
  return encode({
    config: PERF_COUNT_SW_DUMMY,
    period: 0n,
    sampleType: PERF_SAMPLE_TID | PERF_SAMPLE_TIME,
    flags:
      Flag.disabled |
      Flag.mmap |
      Flag.mmap2 |
      Flag.comm |
      Flag.commExec |
      Flag.task |
      Flag.sampleIdAll |
      Flag.watermark |
      Flag.useClockid,
    wakeupWatermark: 1,
  });
}

/** What samples that are written to a ring buffer bear, and which are written. */
export interface SampleAttributes {
  periodNanos: number;
  /** Whether samples of kernel code are taken, and of user code. */
  kernel: boolean;
  user: boolean;
  /** Which call chains the kernel walks. */
  callchain: "none" | "kernel" | "user" | "both";
  /** Frames of a call chain, kernel and user together; 0: kernel.perf_event_max_stack. */
  maxStack: number;
  /** User registers and a copy of the user's stack; undefined: neither. */
  copy: { registers: bigint; stackBytes: number } | undefined;
  idle: boolean;
  /** Whether what a task forks and clones is sampled too. */
  inherit: boolean;
  /** Whether `readCounts` tells lost records, which Linux 6.0 and later can. */
  countLost: boolean;
}

/**
 * A CPU clock whose samples are written to its ring buffer, with the same records of processes among them as
 * `processRecordsAttributes` gives. A sample: ip, pid and tid, time, then call chain, registers, stack as asked for.
 */
export function sampleAttributes(asked: SampleAttributes): Uint8Array {
  const { callchain, copy } = asked;
  const flag = (set: boolean, bit: bigint) => (set ? bit : 0n);
  return encode({
    config: PERF_COUNT_SW_CPU_CLOCK,
    period: BigInt(Math.round(asked.periodNanos)),
    sampleType:
      PERF_SAMPLE_IP |
      PERF_SAMPLE_TID |
      PERF_SAMPLE_TIME |
      flag(callchain !== "none", PERF_SAMPLE_CALLCHAIN) |
      flag(copy !== undefined, PERF_SAMPLE_REGS_USER | PERF_SAMPLE_STACK_USER),
    flags:
      Flag.disabled |
      Flag.mmap |
      Flag.mmap2 |
      Flag.comm |
      Flag.commExec |
      Flag.task |
      Flag.sampleIdAll |
      Flag.useClockid |
      flag(asked.inherit, Flag.inherit) |
      flag(!asked.kernel, Flag.excludeKernel) |
      flag(!asked.user, Flag.excludeUser) |
      flag(!asked.idle, Flag.excludeIdle) |
      flag(callchain === "user", Flag.excludeCallchainKernel) |
      flag(callchain === "kernel", Flag.excludeCallchainUser),
    ...(copy && { registers: copy.registers, stackBytes: copy.stackBytes }),
    maxStack: asked.maxStack,
    readFormat: flag(asked.countLost, PERF_FORMAT_LOST),
  });
}

/** Lets an event write to the ring buffer of another event on the same CPU. */
export function shareRing(fd: number, ringFd: number): void {
  ioctl(fd, IOC_SET_OUTPUT, ringFd);
}

/**
 * Nanoseconds that a CPU clock has counted: of a task's clock those that the task ran, and all that inherited it. And how
 * many records of it found no room, where the event was opened to tell. `enabledNanos`: see the function of that name.
 */
export function readCounts(fd: number): { nanos: number; enabledNanos: bigint; lost: number } {
  const counts = new BigUint64Array(3); // value, time enabled, lost
  readSync(fd, counts);
  return { nanos: Number(counts[0]), enabledNanos: counts[1], lost: Number(counts[2]) };
}

export function enableEvent(fd: number): void {
  ioctl(fd, IOC_ENABLE, 0);
}

export function disableEvent(fd: number): void {
  ioctl(fd, IOC_DISABLE, 0);
}

/** Runs a BPF program of type PERF_EVENT at each overflow. */
export function attachBpf(fd: number, programFd: number): void {
  ioctl(fd, IOC_SET_BPF, programFd);
}

/**
 * For how many nanoseconds an event has been enabled. Stands still when the kernel has detached it, which it does
 * with a CPU that is switched off, be it for a moment or for the time the machine sleeps, and does not undo.
 */
export function enabledNanos(fd: number): bigint {
  const counts = new BigUint64Array(2); // value, time enabled
  readSync(fd, counts);
  return counts[1];
}
