import type { ElfFile, Segment } from "../elf/elf-file.ts";
import { SegmentType } from "../elf/elf-file.ts";
import type { Pclntab } from "./pclntab.ts";

/** An inlined call of a function. */
export interface InlinedCall {
  name: string;
  /** The first line of what was inlined; 0: unknown. */
  startLine: number;
  /** An address whose place in the source is where the call stands. ELF, virtual. */
  calledAt: number;
}

export interface InlineTrees {
  /** Call `call` of those inlined into function `index`; undefined: it is not known. */
  call(index: number, call: number): InlinedCall | undefined;
}

/** Go 1.18 and 1.19: parent and kind, file, line, name, where it is called; since 1.20 kind, name, where it is called, first line. */
const OLD = { bytes: 20, name: 12, calledAt: 16, startLine: -1 };
const NEW = { bytes: 16, name: 4, calledAt: 8, startLine: 12 };
/** More than a function has, by far; an index beyond is forged. */
const MAX_CALLS = 1 << 20;
/** Words of the runtime's description of a program (moduledata), among which the right one is: in Go 1.19 word 38, later 40 or near. */
const FIRST_WORD = 32;
const LAST_WORD = 56;
/** So many functions with inlined calls are looked at to see whether a word is the right one. */
const SAMPLES = 64;
const MAX_SEGMENT_BYTES = 256 << 20;
/** It is there once; a forged file may repeat it. */
const MAX_DESCRIPTIONS = 8;

/**
 * Where the calls inlined into functions are listed. The table of functions counts from an address which only the runtime's own description of the
 * program tells; that begins with the table's address and that of the names in it. Its word is the one by which all sampled functions
 * have calls that make sense. undefined: it was not found, as where a loader fills it in.
 */
export function findInlineTrees(elf: ElfFile, table: Pclntab, address: number): InlineTrees | undefined {
  // Some linkers put data that is only read into the segment of code.
  const data = elf.segments.filter(
    ({ type, fileSize }) => type === SegmentType.load && fileSize <= MAX_SEGMENT_BYTES,
  );
  const samples = sampledCalls(table);
  if (samples.length === 0) return undefined;
  const begins = Buffer.alloc(16);
  begins.writeBigInt64LE(BigInt(address));
  begins.writeBigInt64LE(BigInt(address + table.layout.names), 8);
  let descriptions = 0;
  for (const { offset, fileSize } of data) {
    const bytes = Buffer.from(elf.source.read(offset, fileSize));
    for (let at = bytes.indexOf(begins); at >= 0; at = bytes.indexOf(begins, at + 1)) {
      if (descriptions++ === MAX_DESCRIPTIONS) return undefined;
      const last = Math.min(LAST_WORD, Math.floor((bytes.length - at) / 8) - 1);
      for (let word = FIRST_WORD; word <= last; word++) {
        const trees = treesFrom(elf, data, table, Number(bytes.readBigInt64LE(at + 8 * word)));
        if (samples.every(({ index, call }) => makesSense(trees.call(index, call), table, index)))
          return trees;
      }
    }
  }
  return undefined;
}

function treesFrom(elf: ElfFile, data: readonly Segment[], table: Pclntab, base: number): InlineTrees {
  const form = table.layout.moreBytes === 0 ? OLD : NEW;
  return {
    call(index, call) {
      const tree = table.inlineTree(index);
      if (tree < 0 || call < 0 || call > MAX_CALLS) return undefined;
      const at = base + tree + call * form.bytes;
      const segment = data.find(({ vaddr, fileSize }) => at >= vaddr && at + form.bytes <= vaddr + fileSize);
      if (segment === undefined) return undefined;
      const bytes = elf.source.read(at - segment.vaddr + segment.offset, form.bytes);
      if (bytes.length < form.bytes) return undefined;
      const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
      return {
        name: table.nameAt(view.getInt32(form.name, true)),
        startLine: form.startLine < 0 ? 0 : Math.max(0, view.getInt32(form.startLine, true)),
        calledAt: table.starts[index] + view.getInt32(form.calledAt, true),
      };
    },
  };
}

/** The last inlined call of some functions that have any. */
function sampledCalls(table: Pclntab): { index: number; call: number }[] {
  const samples: { index: number; call: number }[] = [];
  for (let index = 0; index < table.count && samples.length < SAMPLES; index++) {
    if (table.inlineTree(index) < 0) continue;
    let call = -1;
    for (const calls = table.values(index, "inlined"); calls.next(); ) call = Math.max(call, calls.value);
    if (call >= 0) samples.push({ index, call });
  }
  return samples;
}

function makesSense(call: InlinedCall | undefined, table: Pclntab, index: number): boolean {
  if (call === undefined || !/^[\w/.]+\.[^ ]/.test(call.name)) return false;
  return call.calledAt >= table.starts[index] && call.calledAt < table.starts[index + 1];
}
