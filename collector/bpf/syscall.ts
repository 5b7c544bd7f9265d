import { release } from "node:os";
import { SyscallError } from "../sys/errno.ts";
import { address, bpf, bpfAsync, closeFd } from "../sys/syscall.ts";
import type { ProgramFunction } from "./assembler.ts";
import { FUNCTION_INFO_BYTES, functionTypes } from "./function-types.ts";

/**
 * The commands of bpf(2) that the collector uses, from include/uapi/linux/bpf.h. Each returns a file descriptor that
 * the caller closes; the kernel frees the object with its last descriptor, however this process ends.
 */
const Command = {
  mapCreate: 0,
  mapUpdateElem: 2,
  progLoad: 5,
  rawTracepointOpen: 17,
  btfLoad: 18,
} as const;

export const MapType = {
  hash: 1,
  array: 2,
  programArray: 3,
  cgroupArray: 8,
  arrayOfMaps: 12,
} as const;
export const ProgramType = { perfEvent: 7, rawTracepoint: 17 } as const;
export const BPF_F_MMAPABLE = 1 << 10;

const NAME_BYTES = 16;

export interface MapSpec {
  type: number;
  keyBytes: number;
  valueBytes: number;
  entries: number;
  flags?: number;
  /** At most 15 letters, digits, `_`: what bpftool shows. */
  name: string;
  /** For arrays of maps: a map like those that it will hold. */
  innerMapFd?: number;
}

export function createMap(spec: MapSpec): number {
  const attr = new Uint8Array(48);
  const view = new DataView(attr.buffer);
  view.setUint32(0, spec.type, true);
  view.setUint32(4, spec.keyBytes, true);
  view.setUint32(8, spec.valueBytes, true);
  view.setUint32(12, spec.entries, true);
  view.setUint32(16, spec.flags ?? 0, true);
  view.setUint32(20, spec.innerMapFd ?? 0, true);
  writeName(attr, 28, spec.name);
  return bpf(Command.mapCreate, attr);
}

function elementAttr(mapFd: number, key: Uint8Array, value?: Uint8Array): Uint8Array {
  const attr = new Uint8Array(32);
  const view = new DataView(attr.buffer);
  view.setUint32(0, mapFd, true);
  view.setBigUint64(8, address(key), true);
  if (value) view.setBigUint64(16, address(value), true);
  return attr;
}

export function updateElement(mapFd: number, key: Uint8Array, value: Uint8Array): void {
  bpf(Command.mapUpdateElem, elementAttr(mapFd, key, value));
}

/** As `updateElement`, on a worker thread. `key` and `value` must not change until it is done. */
export async function updateElementAsync(mapFd: number, key: Uint8Array, value: Uint8Array): Promise<void> {
  const keep = [key, value];
  await bpfAsync(Command.mapUpdateElem, elementAttr(mapFd, key, value));
  keep.length = 0;
}

/** The verifier refused a program: its log tells where. */
export class VerifierError extends Error {
  readonly log: string;
  override readonly cause: SyscallError;

  constructor(name: string, cause: SyscallError, log: string) {
    super(`the kernel refused the BPF program ${name} (${cause.code})`);
    this.name = "VerifierError";
    this.log = log;
    this.cause = cause;
  }
}

/** A program as it is loaded. */
export interface ProgramSpec {
  /** Of ProgramType. */
  type: number;
  name: string;
  code: Uint8Array;
  /** Its functions, where it has others than that which it begins with. */
  functions?: readonly ProgramFunction[];
}

/**
 * Loads a program. Its licence is declared GPL-compatible ("Dual MIT/GPL"), which the tracing helpers demand.
 * On refusal it is loaded again with the verifier's log, which the error carries.
 */
export function loadProgram(program: ProgramSpec): number {
  try {
    return loadLogged(program);
  } catch (error) {
    if (!(error instanceof SyscallError) || error.code === "EPERM") throw error;
    const log: VerifierLog = { level: LOG_ONCE, bytes: new Uint8Array(1 << 20) };
    try {
      return loadLogged(program, log);
    } catch (again) {
      if (!(again instanceof SyscallError)) throw again;
      throw new VerifierError(program.name, error, logText(log));
    }
  }
}

/** Where the verifier writes what it thinks of a program, and how much: BPF_LOG_LEVEL1, BPF_LOG_LEVEL2, BPF_LOG_STATS. */
export interface VerifierLog {
  level: number;
  bytes: Uint8Array;
}

const LOG_ONCE = 1;

export function logText({ bytes }: VerifierLog): string {
  const end = bytes.indexOf(0);
  return new TextDecoder().decode(bytes.subarray(0, end < 0 ? bytes.length : end));
}

/** A signal (a child's end, a profiler's tick) makes the verifier give up with EAGAIN: then it is asked again. */
const MAX_ATTEMPTS = 100;

/** As `loadProgram`, with the verifier's log of a program that is accepted, too. Throws SyscallError. */
export function loadLogged(program: ProgramSpec, log?: VerifierLog): number {
  for (let attempt = 1; ; attempt++) {
    try {
      return progLoad(program, log);
    } catch (error) {
      const interrupted = error instanceof SyscallError && error.code === "EAGAIN";
      if (!interrupted || attempt === MAX_ATTEMPTS) throw error;
    }
  }
}

function progLoad(program: ProgramSpec, log?: VerifierLog): number {
  const { functions = [] } = program;
  if (functions.length === 0) return progLoadTyped(program, undefined, log);
  const { btf, info } = functionTypes(functions);
  const types = loadTypes(btf);
  try {
    return progLoadTyped(program, { types, info }, log);
  } finally {
    closeFd(types);
  }
}

/** Loads types for programs. */
function loadTypes(btf: Uint8Array): number {
  const attr = new Uint8Array(32);
  const view = new DataView(attr.buffer);
  view.setBigUint64(0, address(btf), true);
  view.setUint32(16, btf.length, true);
  return bpf(Command.btfLoad, attr);
}

function progLoadTyped(
  { type, name, code }: ProgramSpec,
  typed: { types: number; info: Uint8Array } | undefined,
  log: VerifierLog | undefined,
): number {
  const licence = new TextEncoder().encode("Dual MIT/GPL\0");
  const attr = new Uint8Array(typed === undefined ? 72 : 120);
  const view = new DataView(attr.buffer);
  view.setUint32(0, type, true);
  view.setUint32(4, code.length / 8, true);
  view.setBigUint64(8, address(code), true);
  view.setBigUint64(16, address(licence), true);
  if (log) {
    view.setUint32(24, log.level, true);
    view.setUint32(28, log.bytes.length, true);
    view.setBigUint64(32, address(log.bytes), true);
  }
  view.setUint32(40, kernelVersionCode(), true);
  writeName(attr, 48, name);
  if (typed !== undefined) {
    view.setUint32(72, typed.types, true);
    view.setUint32(76, FUNCTION_INFO_BYTES, true);
    view.setBigUint64(80, address(typed.info), true);
    view.setUint32(88, typed.info.length / FUNCTION_INFO_BYTES, true);
  }
  return bpf(Command.progLoad, attr);
}

/** Attaches a program to a raw tracepoint; it is detached when the returned descriptor is closed. */
export function openRawTracepoint(name: string, programFd: number): number {
  const nameBytes = new TextEncoder().encode(`${name}\0`);
  const attr = new Uint8Array(16);
  const view = new DataView(attr.buffer);
  view.setBigUint64(0, address(nameBytes), true);
  view.setUint32(8, programFd, true);
  return bpf(Command.rawTracepointOpen, attr);
}

function writeName(attr: Uint8Array, offset: number, name: string): void {
  attr.set(new TextEncoder().encode(name).subarray(0, NAME_BYTES - 1), offset);
}

/** LINUX_VERSION_CODE of the running kernel (some kernels before 5.0 compared it). */
function kernelVersionCode(): number {
  const [major, minor, patch] = kernelVersion();
  return (major << 16) | (minor << 8) | Math.min(patch, 255);
}

/** The running kernel's version, e.g. `[6, 12, 1]`. */
export function kernelVersion(text = release()): [number, number, number] {
  const match = /^(\d+)\.(\d+)(?:\.(\d+))?/.exec(text);
  return match ? [Number(match[1]), Number(match[2]), Number(match[3] ?? 0)] : [0, 0, 0];
}
