import koffi from "koffi";
import { SyscallError } from "./errno.ts";

/**
 * System calls through koffi. glibc's `syscall(2)` wrapper is declared with a fixed seven arguments: a variadic
 * declaration cannot be called asynchronously.
 */
type Argument = number | bigint;

interface SyscallNumbers {
  mmap: number;
  munmap: number;
  ioctl: number;
  close: number;
  bpf: number;
  perfEventOpen: number;
  prlimit64: number;
  finitModule: number;
  deleteModule: number;
  ppoll: number;
  clockGettime: number;
}

/** From the kernel's arch/x86/entry/syscalls/syscall_64.tbl and include/uapi/asm-generic/unistd.h. */
const NUMBERS: Partial<Record<string, SyscallNumbers>> = {
  x64: {
    mmap: 9,
    munmap: 11,
    ioctl: 16,
    close: 3,
    bpf: 321,
    perfEventOpen: 298,
    prlimit64: 302,
    finitModule: 313,
    deleteModule: 176,
    ppoll: 271,
    clockGettime: 228,
  },
  arm64: {
    mmap: 222,
    munmap: 215,
    ioctl: 29,
    close: 57,
    bpf: 280,
    perfEventOpen: 241,
    prlimit64: 261,
    finitModule: 273,
    deleteModule: 106,
    ppoll: 73,
    clockGettime: 113,
  },
};

/** Whether this machine's system call numbers are known. */
export function isArchitectureKnown(): boolean {
  return process.platform === "linux" && NUMBERS[process.arch] !== undefined;
}

function numbers(): SyscallNumbers {
  const known = NUMBERS[process.arch];
  if (!known) throw new Error(`stapflame does not know the system calls of ${process.arch}`);
  return known;
}

type Raw = ((number: number, ...args: Argument[]) => number) & {
  async: (number: number, ...args: (Argument | ((error: unknown, result: number) => void))[]) => void;
};

let raw: Raw | undefined;

function rawSyscall(): Raw {
  raw ??= koffi
    .load(null)
    .func(
      "int64 syscall(int64 number, int64 a, int64 b, int64 c, int64 d, int64 e, int64 f)",
    ) as unknown as Raw;
  return raw;
}

function call(
  name: keyof SyscallNumbers,
  a: Argument,
  b: Argument,
  c: Argument,
  d: Argument,
  e: Argument,
  f: Argument,
) {
  const result = rawSyscall()(numbers()[name], a, b, c, d, e, f);
  if (result < 0) throw new SyscallError(name, koffi.errno());
  return result;
}

/** CLOCK_BOOTTIME, clock_gettime(2): nanoseconds since the machine was started, those included in which it slept. */
export function bootTimeNanos(): number {
  const CLOCK_BOOTTIME = 7;
  const time = new BigInt64Array(2);
  call("clockGettime", CLOCK_BOOTTIME, address(new Uint8Array(time.buffer)), 0, 0, 0, 0);
  return Number(time[0]) * 1e9 + Number(time[1]);
}

/** bpf(2). `attr` is the union bpf_attr for `command`. Returns a file descriptor or 0. */
export function bpf(command: number, attr: Uint8Array): number {
  return call("bpf", command, address(attr), attr.length, 0, 0, 0);
}

/** As `bpf`, on a worker thread: for commands that wait for the kernel. */
export async function bpfAsync(command: number, attr: Uint8Array): Promise<void> {
  await callAsync("bpf", command, address(attr), attr.length);
  // The attribute must outlive the call: naming it here is what keeps it.
  void attr.length;
}

/** A system call on a worker thread. */
function callAsync(
  name: keyof SyscallNumbers,
  a: Argument,
  b: Argument,
  c: Argument,
  d: Argument = 0,
): Promise<number> {
  return new Promise((resolve, reject) => {
    rawSyscall().async(numbers()[name], a, b, c, d, 0, 0, (error, result) => {
      if (error) reject(error);
      else if (result < 0) reject(new SyscallError(name, koffi.errno()));
      else resolve(result);
    });
  });
}

/** perf_event_open(2) with PERF_FLAG_FD_CLOEXEC. */
export function perfEventOpen(attr: Uint8Array, pid: number, cpu: number): number {
  return openEvent(attr, pid, cpu, 0);
}

/** As `perfEventOpen`, for the tasks of a cgroup, whose directory is open as `directory`. */
export function perfEventOpenCgroup(attr: Uint8Array, directory: number, cpu: number): number {
  const PERF_FLAG_PID_CGROUP = 4;
  return openEvent(attr, directory, cpu, PERF_FLAG_PID_CGROUP);
}

function openEvent(attr: Uint8Array, pid: number, cpu: number, flags: number): number {
  const PERF_FLAG_FD_CLOEXEC = 8;
  return call("perfEventOpen", address(attr), pid, cpu, -1, PERF_FLAG_FD_CLOEXEC | flags, 0);
}

export function ioctl(fd: number, request: number, argument: Argument): number {
  return call("ioctl", fd, request, argument, 0, 0, 0);
}

/** As `ioctl`, on a worker thread: for requests that wait for the kernel. */
export function ioctlAsync(fd: number, request: number, argument: Argument): Promise<number> {
  return callAsync("ioctl", fd, request, argument);
}

/** ppoll(2) on a worker thread: waits until one of `fds` can be read, `milliseconds` at most. */
export async function waitReadable(fds: readonly number[], milliseconds: number): Promise<void> {
  const POLLIN = 1;
  // struct pollfd: int fd, short events, short revents.
  const polled = new Uint8Array(fds.length * 8);
  const view = new DataView(polled.buffer);
  for (const [index, fd] of fds.entries()) {
    view.setInt32(index * 8, fd, true);
    view.setInt16(index * 8 + 4, POLLIN, true);
  }
  const seconds = Math.floor(milliseconds / 1000);
  const nanos = Math.floor((milliseconds - seconds * 1000) * 1e6);
  const time = new Uint8Array(new BigInt64Array([BigInt(seconds), BigInt(nanos)]).buffer);
  const keep = [polled, time];
  try {
    await callAsync("ppoll", address(polled), fds.length, address(time));
  } catch {
    // Interrupted: whoever waits looks by himself.
  }
  keep.length = 0;
}

/** finit_module(2): loads the kernel module in `fd`. */
export function finitModule(fd: number, parameters: string): void {
  const text = cString(parameters);
  call("finitModule", fd, address(text), 0, 0, 0, 0);
}

/** delete_module(2) with O_NONBLOCK: a module that is in use stays. */
export function deleteModule(name: string): void {
  const O_NONBLOCK = 0o4000;
  const text = cString(name);
  call("deleteModule", address(text), O_NONBLOCK, 0, 0, 0, 0);
}

function cString(text: string): Uint8Array {
  return new TextEncoder().encode(`${text}\0`);
}

/** Closes a descriptor that Node does not know; an error is of no use to anybody and passed over. */
export function closeFd(fd: number): void {
  rawSyscall()(numbers().close, fd, 0, 0, 0, 0, 0);
}

/**
 * Lifts the limit on locked memory, which kernels before 5.11 count BPF maps against. Best effort: newer kernels
 * account maps to the cgroup, and where it matters map creation says so.
 */
export function liftLockedMemoryLimit(): void {
  const RLIMIT_MEMLOCK = 8;
  const infinity = new BigUint64Array([0xffff_ffff_ffff_ffffn, 0xffff_ffff_ffff_ffffn]);
  rawSyscall()(numbers().prlimit64, 0, RLIMIT_MEMLOCK, address(new Uint8Array(infinity.buffer)), 0, 0, 0);
}

/** Memory shared with the kernel, seen without copying. Do not touch `bytes` after `unmap`. */
export interface SharedMemory {
  bytes: ArrayBuffer;
  unmap(): void;
}

/** Maps `length` bytes of `fd` from `offset` on, shared. */
export function mapShared(
  fd: number,
  length: number,
  access: "read" | "write" = "write",
  offset = 0,
): SharedMemory {
  const PROT_READ = 1;
  const PROT_WRITE = 2;
  const protection = access === "read" ? PROT_READ : PROT_READ | PROT_WRITE;
  const MAP_SHARED = 1;
  // koffi.view aborts the process on a null address or a zero length: a failed mmap throws before it gets there.
  if (length <= 0) throw new RangeError(`cannot map ${length} bytes`);
  const start = call("mmap", 0, length, protection, MAP_SHARED, fd, offset);
  const bytes = koffi.view(BigInt(start), length);
  return { bytes, unmap: () => void rawSyscall()(numbers().munmap, start, length, 0, 0, 0, 0) };
}

/** The address of a buffer's first byte, for passing to the kernel. The buffer must be kept until the kernel is done. */
export function address(bytes: Uint8Array): bigint {
  return koffi.address(bytes);
}
