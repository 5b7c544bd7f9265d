import { packUnwindTable, type TablePiece } from "./pack-table.ts";
import { Cfa, Fp, Ra, wordsOfRule } from "./rule.ts";
import type { ExecutableSegment } from "./unwind-table.ts";

/** How code that was made at run time is unwound, at addresses from the beginning of its mapping on. */
export interface RunTimeTable {
  segments: ExecutableSegment[];
  pieces: TablePiece[];
}

/** `sub $8,%rsp; call *%rcx; add $8,%rsp; ret`, behind `endbr64` where the compiler guards jumps. */
const TRAMPOLINE = [0x48, 0x83, 0xec, 0x08, 0xff, 0xd1, 0x48, 0x83, 0xc4, 0x08, 0xc3];
const ENDBR64 = [0xf3, 0x0f, 0x1e, 0xfa];
const SUB_BYTES = 4;
/** Each copy begins at a multiple of so many bytes, and the mapping is full of them. */
const TRAMPOLINE_BYTES = 16;
/** A million functions; of a mapping that is longer the rest has no table. */
const MOST_BYTES = 1 << 24;

/**
 * The table of a mapping of CPython's, started with `-X perf` (3.12 and 3.13) or `-X perf_jit` (3.13): it calls each function of Python by
 * a copy of a few instructions, whose address tells the function (Python/asm_trampoline.S). They keep no frame pointer, so that without a
 * table every stack of Python ends there. With `perf_jit` there is room between the copies. undefined: the mapping begins otherwise.
 */
export function runTimeTable(beginning: Uint8Array): RunTimeTable | undefined {
  const guard: readonly number[] = beginning[0] === ENDBR64[0] ? ENDBR64 : [];
  const code = [...guard, ...TRAMPOLINE];
  const isCopy = (at: number) => code.every((byte, index) => beginning[at + index] === byte);
  const next = beginning.subarray(TRAMPOLINE_BYTES, 2 * TRAMPOLINE_BYTES);
  const isRoom = next.length === TRAMPOLINE_BYTES && next.every((byte) => byte === 0);
  if (!isCopy(0) || !(isCopy(TRAMPOLINE_BYTES) || isRoom)) return undefined;
  const rule = {
    // Eight bytes more once they are taken from the stack pointer. At the `ret` they are there again: one instruction is wrong.
    cfa: Cfa.plt,
    cfaOffset: guard.length + SUB_BYTES,
    ra: Ra.atCfa,
    raOffset: -8,
    fp: Fp.same,
    fpOffset: 0,
    cfaAdd: 0,
    register: 0,
  };
  const segments = [{ fileOffset: 0, address: 0, bytes: MOST_BYTES }];
  const pieces = packUnwindTable({
    segments,
    rowStarts: Float64Array.of(0, MOST_BYTES),
    ruleIndexes: Uint16Array.of(1, 0),
    rules: Int32Array.of(0, 0, 0, 0, ...wordsOfRule(rule)),
  });
  return { segments, pieces };
}
