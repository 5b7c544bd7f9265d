import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { copiedRegisters } from "../../../../collector/perf/registers.ts";
import { SampleRecord } from "../../../../collector/perf/sample-record.ts";
import { RegistersAbi } from "../../../../collector/unwind/copied/copied-stack.ts";
import { LeafHint, type ReadCode } from "../../../../collector/unwind/copied/leaf-hint.ts";
import { TableMemory } from "../../../../collector/unwind/copied/table-memory.ts";
import { UserWalk } from "../../../../collector/unwind/copied/user-walk.ts";
import {
  CfaRule,
  FpRule,
  placeOf,
  RaRule,
  RULE,
  RULE_BYTES,
  SHARD_BYTES,
} from "../../../../collector/unwind/memory-format.ts";
import { type BlockEntry, encodeBlock } from "../../../../collector/unwind/process-block.ts";
import { ProcessIndex } from "../../../../collector/unwind/process-index.ts";
import { StackEnd } from "../../../../collector/unwind/stack-end.ts";
import { readElf } from "../../../../symbolizer/elf/elf-file.ts";
import { fileSource } from "../../../../symbolizer/file-source.ts";
import { compileUnwindTable } from "../../../../symbolizer/unwind/compile-table.ts";
import { packUnwindTable } from "../../../../symbolizer/unwind/pack-table.ts";
import { lookUp } from "../../../../symbolizer/unwind/unwind-table.ts";
import { sample } from "../../perf/sample-writer.ts";

const PID = 42;
const X64 = copiedRegisters("x64");
if (X64 === undefined) throw new Error("x64 has registers");
const REGISTERS = X64;
const BLOCK_PLACE = placeOf(0, 0x10000);
const TABLE_PLACE = placeOf(1, 0);
const ORIGIN = 0x400000;

interface Rule {
  /** Address in the table where it begins. */
  at: number;
  cfa: number;
  cfaOffset?: number;
  cfaAdd?: number;
  ra?: number;
  raOffset?: number;
  fp?: number;
  fpOffset?: number;
  register?: number;
}

/** A table of one page with these rules, written field by field as `memory-format.ts` tells. */
function piece(rules: readonly Rule[]): Uint8Array {
  const rows = [{ at: 0, cfa: CfaRule.none }, ...rules] as Rule[];
  const starts = 32 + 8;
  const indexes = starts + rows.length * 2;
  const at = Math.ceil((indexes + rows.length) / 16) * 16;
  const bytes = new Uint8Array(at + rows.length * RULE_BYTES);
  const view = new DataView(bytes.buffer);
  for (const [word, value] of [rows.length, 1, rows.length, 1, 32, starts, indexes, at].entries())
    view.setUint32(word * 4, value, true);
  view.setUint32(36, rows.length, true);
  for (const [index, rule] of rows.entries()) {
    view.setUint16(starts + index * 2, rule.at, true);
    view.setUint8(indexes + index, index);
    const row = at + index * RULE_BYTES;
    view.setUint8(row + RULE.cfa, rule.cfa);
    view.setUint8(row + RULE.ra, rule.ra ?? RaRule.atCfa);
    view.setUint8(row + RULE.fp, rule.fp ?? FpRule.same);
    view.setUint8(row + RULE.register, rule.register ?? 0);
    view.setInt32(row + RULE.cfaOffset, rule.cfaOffset ?? 0, true);
    view.setInt32(row + RULE.cfaAdd, rule.cfaAdd ?? 0, true);
    view.setInt16(row + RULE.raOffset, rule.raOffset ?? -8, true);
    view.setInt16(row + RULE.fpOffset, rule.fpOffset ?? 0, true);
  }
  return bytes;
}

/** Memory in which process PID has these entries, and the table that some of them lead to. */
function memoryOf(rules: readonly Rule[], entries: readonly Partial<BlockEntry>[] = [{}]): TableMemory {
  const memory = new TableMemory();
  const first = memory.addShard();
  const second = memory.addShard();
  const whole = entries.map((entry) => ({
    start: ORIGIN,
    end: ORIGIN + 0x10000,
    origin: ORIGIN,
    table: TABLE_PLACE,
    ...entry,
  }));
  new Uint8Array(first).set(encodeBlock(whole, 1), 0x10000);
  new Uint8Array(second).set(piece(rules));
  new ProcessIndex(first).set(PID, BLOCK_PLACE);
  return memory;
}

interface Start {
  pc: number;
  sp?: number;
  fp?: number;
  stack: readonly bigint[];
  room?: number;
  pid?: number;
  maxDepth?: number;
  others?: Record<number, bigint>;
  /** Code bytes by the address where they begin. */
  code?: Record<number, number[]>;
}

const SP = 0x7ffe0000;

/** Code that is 0 but for what is given. */
function codeReader(code: Record<number, number[]>): ReadCode {
  return (_pid, address, into) => {
    into.fill(0);
    for (const [start, bytes] of Object.entries(code)) {
      for (const [index, byte] of bytes.entries()) {
        const at = Number(start) + index - address;
        if (at >= 0 && at < into.length) into[at] = byte;
      }
    }
    return true;
  };
}

function walk(
  memory: TableMemory,
  { pc, sp = SP, fp = 0, stack, room, pid = PID, maxDepth = 20, others = {}, code = {} }: Start,
) {
  const registers = new Array<bigint>(REGISTERS.count).fill(0n);
  for (const [number, value] of Object.entries(others)) registers[REGISTERS.byNumber[Number(number)]] = value;
  registers[REGISTERS.pc] = BigInt(pc);
  registers[REGISTERS.sp] = BigInt(sp);
  registers[REGISTERS.fp] = BigInt(fp);
  const written = sample({
    pid,
    tid: pid,
    time: 1n,
    registers,
    stack,
    ...(room === undefined ? {} : { room }),
  });
  const record = new SampleRecord({ callchain: false, maxStack: 0, registers: REGISTERS.count });
  expect(record.read(Uint32Array.from(written), 0, written.length * 4)).toBe(true);
  const walker = new UserWalk(memory, REGISTERS, maxDepth, {
    hint: new LeafHint(codeReader(code)),
  });
  walker.walk(record);
  return { frames: [...walker.frames.subarray(0, walker.depth)], end: walker.end };
}

const at = (offset: number) => ORIGIN + offset;

describe("the walk in a copied stack", () => {
  const rules: Rule[] = [
    { at: 0x100, cfa: CfaRule.stackPointer, cfaOffset: 16 },
    { at: 0x200, cfa: CfaRule.framePointer, cfaOffset: 16, fp: FpRule.atCfa, fpOffset: -16 },
    { at: 0x300, cfa: CfaRule.stackPointer, cfaOffset: 8, ra: RaRule.outermost },
    { at: 0x400, cfa: CfaRule.inexpressible },
    { at: 0x500, cfa: CfaRule.atStackPointer, cfaOffset: 8, cfaAdd: 8 },
    { at: 0x600, cfa: CfaRule.signalFrame, cfaOffset: 0, raOffset: 8, fp: FpRule.atCfa, fpOffset: 16 },
    { at: 0x700, cfa: CfaRule.register, register: 3, cfaOffset: 8 },
    { at: 0x800, cfa: CfaRule.plt, cfaOffset: 11 },
    { at: 0x900, cfa: CfaRule.none },
    { at: 0xa00, cfa: CfaRule.stackPointer, cfaOffset: 8, fp: FpRule.atCfa, fpOffset: -16 },
    { at: 0xb00, cfa: CfaRule.goroutine, cfaOffset: -8, register: 8 },
    { at: 0xc00, cfa: CfaRule.threadNote, cfaOffset: -8 },
    { at: 0xd00, cfa: CfaRule.stackDepth, register: 8 },
    { at: 0xe00, cfa: CfaRule.goroutineCall, cfaOffset: -8 },
    { at: 0xf00, cfa: CfaRule.none },
  ];

  it("goes by sp, by fp, and ends where the return address is undefined", () => {
    // leaf (sp + 16) ← by frame pointer ← outermost
    const stack = [0n, BigInt(at(0x210)), 0n, 0x1234n, BigInt(at(0x310)), 0n];
    const fp = SP + 3 * 8;
    expect(walk(memoryOf(rules), { pc: at(0x110), fp, stack })).toEqual({
      frames: [at(0x110), at(0x210), at(0x310)],
      end: StackEnd.complete,
    });
  });

  it("looks a return address up one byte before it, and what a signal interrupted at it", () => {
    // A call at a function's very end returns behind it: 0x200 belongs to the code before, 0x300 too.
    const stack = [0n, BigInt(at(0x200)), 0n, BigInt(at(0x301)), 0n];
    expect(walk(memoryOf(rules), { pc: at(0x110), stack }).frames).toEqual([at(0x110), at(0x200), at(0x301)]);
    const interrupted = [0n, BigInt(at(0x601)), BigInt(SP + 40), BigInt(at(0x300)), 0n, 0n];
    expect(walk(memoryOf(rules), { pc: at(0x110), stack: interrupted })).toEqual({
      frames: [at(0x110), at(0x601), at(0x300)],
      end: StackEnd.complete,
    });
  });

  it("tells a return address that is none sign-extended, as the kernel side does", () => {
    // Rounded to a double without its sign, the first would be 2^64, which no profile can hold.
    for (const [garbage, told] of [
      [0xffff_ffff_ffff_fff8n, -8],
      [0xffff_8000_1234_5678n, -0x7fff_edcb_a988],
      [0x8000_0000_0000_0000n, -(2 ** 63)],
      [0x0007_0000_1234_5679n, 0x0007_0000_1234_5679],
    ] as const) {
      expect(walk(memoryOf(rules), { pc: at(0x110), stack: [0n, garbage, 0n] })).toEqual({
        frames: [at(0x110), told],
        end: StackEnd.outsideMappings,
      });
    }
  });

  it("takes an arm64 signature off a return address, to its last bit", () => {
    const registers = copiedRegisters("arm64");
    if (registers === undefined) throw new Error("arm64 has registers");
    const words = new Uint32Array((registers.count + 2) * 2);
    const values = new BigUint64Array(words.buffer);
    values[registers.pc] = BigInt(at(0x110));
    values[registers.sp] = BigInt(SP);
    values[registers.count + 1] = 0x00ab_0000_0000_0000n + BigInt(at(0x311));
    const walker = new UserWalk(memoryOf(rules), registers, 20);
    walker.walk({
      words,
      pid: PID,
      time: 1,
      abi: RegistersAbi.wide,
      registersAt: 0,
      stackAt: registers.count * 2,
      stackBytes: 16,
      stackGoesOn: false,
    });
    expect([...walker.frames.subarray(0, walker.depth)]).toEqual([at(0x110), at(0x311)]);
    expect(walker.end).toBe(StackEnd.complete);
  });

  it("finds a CFA that lies on the stack, in a register of the leaf, and in a PLT", () => {
    const slot = [0n, BigInt(SP + 16), 0n, BigInt(at(0x310))].map((word, index) =>
      index === 2 ? BigInt(at(0x310)) : word,
    );
    expect(walk(memoryOf(rules), { pc: at(0x510), stack: slot }).frames).toEqual([at(0x510), at(0x310)]);
    const others = { 3: BigInt(SP + 8) };
    expect(walk(memoryOf(rules), { pc: at(0x710), others, stack: [0n, BigInt(at(0x310))] }).frames).toEqual([
      at(0x710),
      at(0x310),
    ]);
    expect(walk(memoryOf(rules), { pc: at(0x800), stack: [BigInt(at(0x310))] }).frames[1]).toBe(at(0x310));
    expect(walk(memoryOf(rules), { pc: at(0x80b), stack: [7n, BigInt(at(0x310))] }).frames[1]).toBe(
      at(0x310),
    );
  });

  it("finds a return address that the leaf has taken into a register, as vfork does; of a caller it is not there", () => {
    const rules: Rule[] = [
      { at: 0x200, cfa: CfaRule.inexpressible, ra: RaRule.register, register: 5 },
      { at: 0x300, cfa: CfaRule.stackPointer, cfaOffset: 8, ra: RaRule.outermost },
    ];
    const others = { 5: BigInt(at(0x310)) };
    expect(walk(memoryOf(rules), { pc: at(0x210), others, stack: [0n, 0n] })).toEqual({
      frames: [at(0x210), at(0x310)],
      end: StackEnd.complete,
    });
    const called = [{ at: 0x100, cfa: CfaRule.stackPointer, cfaOffset: 8 }, ...rules];
    expect(walk(memoryOf(called), { pc: at(0x110), others, stack: [BigInt(at(0x210)), 0n, 0n] })).toEqual({
      frames: [at(0x110), at(0x210)],
      end: StackEnd.inexpressible,
    });
  });

  it("takes a frame pointer that the leaf's epilogue has popped from the register", () => {
    const stack = [BigInt(at(0x210)), 0n, 0n, BigInt(at(0x310)), 0n];
    expect(walk(memoryOf(rules), { pc: at(0xa10), fp: SP + 16, stack })).toEqual({
      frames: [at(0xa10), at(0x210), at(0x310)],
      end: StackEnd.complete,
    });
  });

  it("takes the frame pointer where no rule is, and 0 for the end in code without tables by its nature", () => {
    const entries = [{ table: 0 }];
    const stack = [BigInt(SP + 16), BigInt(at(0x20)), 0n, 0n];
    expect(walk(memoryOf(rules, entries), { pc: at(0x10), fp: SP, stack })).toEqual({
      frames: [at(0x10), at(0x20)],
      end: StackEnd.complete,
    });
    expect(walk(memoryOf(rules, [{ table: 1 }]), { pc: at(0x10), fp: SP, stack }).end).toBe(StackEnd.noTable);
    expect(walk(memoryOf(rules), { pc: at(0x910), stack }).end).toBe(StackEnd.noTable);
  });

  it("takes a frame pointer of 0 for no end in run-time code that no frame pointer has led to", () => {
    const jit = { start: at(0), end: at(0x100), table: 0 };
    const native = { start: at(0x100), end: at(0x1000) };
    const entries = [jit, native];
    expect(walk(memoryOf(rules, entries), { pc: at(0x10), fp: 0, stack: [] })).toEqual({
      frames: [at(0x10)],
      end: StackEnd.noTable,
    });
    // A library that it called has told its callers' registers.
    const stack = [0n, BigInt(at(0x20)), 0n];
    expect(walk(memoryOf(rules, entries), { pc: at(0x110), fp: 0, stack })).toEqual({
      frames: [at(0x110), at(0x20)],
      end: StackEnd.noTable,
    });
  });

  it.each([
    ["at its first instruction", [0x55, 0x48, 0x89, 0xe5], 0, 0],
    ["at endbr64", [0xf3, 0x0f, 0x1e, 0xfa], 0, 0],
    ["after its push", [0x55, 0x48, 0x89, 0xe5], 1, 1],
    ["at its return", [0xc3], 0, 0],
  ])("finds the caller of a leaf without a rule, %s", (_what, bytes, into, pushed) => {
    const frames = [BigInt(at(0x40)), 0n, 0n, BigInt(at(0x60)), 0n, 0n];
    const stack = pushed ? [BigInt(SP + 24), ...frames] : frames;
    const start = { pc: at(0x20) + into, fp: SP + 16 + 8 * pushed, stack };
    const code = { [at(0x20)]: bytes, [at(0x40) - 5]: [0xe8, 1, 2, 3, 4] };
    const jit = memoryOf(rules, [{ table: 0 }]);
    const found = [at(0x20) + into, at(0x40), at(0x60)];
    expect(walk(jit, { ...start, code })).toEqual({ frames: found, end: StackEnd.complete });
    // What no call leads to is no caller.
    expect(walk(jit, { ...start, code: { [at(0x20)]: bytes } }).frames).toEqual([found[0], found[2]]);
  });

  it.each([
    ["a process that is not known", { pid: 43, stack: [] }, StackEnd.notKnownYet],
    ["an inexpressible rule", { pc: at(0x410), stack: [] }, StackEnd.inexpressible],
    ["a frame pointer to nowhere", { pc: at(0x210), fp: 8, stack: [] }, StackEnd.noProgress],
    ["a frame pointer that is crooked", { pc: at(0x210), fp: SP + 1, stack: [] }, StackEnd.noProgress],
    ["a stack that was copied in part", { stack: [0n], room: 4 }, StackEnd.unreadable],
    ["a stack that goes on behind the copy", { stack: [0n] }, StackEnd.copyEnded],
    [
      "a signal frame whose interrupted stack is another",
      { pc: at(0x600), stack: [0x5000n, BigInt(at(0x110)), 0n] },
      StackEnd.unreadable,
    ],
    ...["goroutine", "note of the thread", "depth of a stack", "call of a goroutine"].map(
      (what, index): [string, Partial<Start> & Pick<Start, "stack">, number] => [
        `another stack, by a ${what}`,
        { pc: at(0xb10 + index * 0x100), stack: [0n, BigInt(at(0x110)), 0n, 0n] },
        StackEnd.unreadable,
      ],
    ),
    ["a return address in no code", { stack: [0n, 0x99n, 0n, 0n] }, StackEnd.outsideMappings],
    ["a return address of 0", { stack: [0n, 0n] }, StackEnd.complete],
    [
      "too many frames",
      { stack: Array.from({ length: 40 }, () => BigInt(at(0x110))), maxDepth: 5 },
      StackEnd.tooDeep,
    ],
  ])("ends for its reason: %s", (_what, start, end) => {
    expect(walk(memoryOf(rules), { pc: at(0x110), ...start }).end).toBe(end);
  });

  it("in any memory ends, with no more frames than asked for", () => {
    const word = fc.oneof(
      fc.bigInt({ min: 0n, max: (1n << 64n) - 1n }),
      fc.integer({ min: 0, max: 0x10000 }).map((each) => BigInt(ORIGIN + each)),
      fc.integer({ min: 0, max: 0x200 }).map((each) => BigInt(SP + each)),
    );
    const spoil = fc.array(fc.tuple(fc.nat(SHARD_BYTES / 4 - 1), fc.integer({ min: 0, max: 0xffffffff })), {
      maxLength: 40,
    });
    const nearTable = fc.array(fc.tuple(fc.nat(80), fc.integer({ min: 0, max: 0xffffffff })), {
      maxLength: 20,
    });
    fc.assert(
      fc.property(
        fc.array(word, { maxLength: 64 }),
        word,
        word,
        spoil,
        nearTable,
        fc.boolean(),
        (stack, pc, fp, any, near, hostile) => {
          const memory = new TableMemory();
          const shards = [memory.addShard(), memory.addShard()].map((shard) => new Uint32Array(shard));
          new Uint8Array(shards[0].buffer).set(
            encodeBlock([{ start: ORIGIN, end: ORIGIN + 0x10000, origin: ORIGIN, table: TABLE_PLACE }], 1),
            0x10000,
          );
          new Uint8Array(shards[1].buffer).set(piece(rules));
          new ProcessIndex(shards[0].buffer).set(PID, BLOCK_PLACE);
          if (hostile) {
            for (const [index, value] of any) shards[value % 2][index] = value;
            for (const [index, value] of near) {
              shards[1][index] = value;
              shards[0][0x4000 + (index % 10)] = value;
            }
          }
          const { frames, end } = walk(memory, { pc: Number(pc), fp: Number(BigInt.asUintN(53, fp)), stack });
          expect(frames.length).toBeLessThanOrEqual(20);
          expect(end).toBeGreaterThan(0);
          expect(end).toBeLessThanOrEqual(StackEnd.copyEnded);
        },
      ),
      { numRuns: 500 },
    );
  });
});

describe("the tables in memory", () => {
  it("tell for each address of a real binary what the compiler of tables does", () => {
    const source = fileSource(process.execPath).found;
    if (source === undefined) throw new Error("node can be read");
    const table = compileUnwindTable(readElf(source)).found;
    if (table === undefined) throw new Error("node has unwind information");
    const memory = new TableMemory();
    let compared = 0;
    for (const [shard, { base, end, bytes }] of packUnwindTable(table).entries()) {
      new Uint8Array(memory.addShard()).set(bytes);
      for (let address = base; address < end; address += 1009) {
        expect(memory.findRule(placeOf(shard, 0), address - base)).toBe(true);
        const { cfa, ra, fp, register, cfaOffset, cfaAdd, raOffset, fpOffset } = memory;
        const found = { cfa, ra, fp, register, cfaOffset, cfaAdd, raOffset, fpOffset };
        const wanted = lookUp(table, address);
        if (JSON.stringify(found) !== JSON.stringify(wanted))
          expect({ address, ...found }).toEqual({ address, ...wanted });
        compared++;
      }
    }
    expect(compared).toBeGreaterThan(10_000);
  });
});
