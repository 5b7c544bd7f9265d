import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { COUNTER_ROW_BYTES, COUNTERS } from "../../../collector/arena/counters.ts";
import {
  ADDRESS_WORD,
  INDEX_OFFSET,
  KEY_WORD,
  layOutArena,
  MAX_PROBES,
} from "../../../collector/arena/layout.ts";
import {
  ABI_VERSION,
  decodeMemory,
  encodePlan,
  IOC_ADD_SHARD,
  IOC_FLIP,
  IOC_PREPARE,
  IOC_RUN,
  IOC_STOP,
  PLAN_BYTES,
  PLAN_OFFSETS,
  PlanFlag,
  SHARDS_OFFSET,
} from "../../../collector/kmod/abi.ts";
import { copyLayout } from "../../../collector/unwind/copied/copy-layout.ts";
import { END_CODE_SHIFT, START_STACK_SHIFT } from "../../../collector/unwind/image-check.ts";
import {
  BLOCK,
  BLOCK_HEADER_BYTES,
  CfaRule,
  ENTRY,
  ENTRY_BYTES,
  FpRule,
  INDEX_HASH_MULTIPLIER,
  INDEX_HASH_SHIFT,
  INDEX_MAX_PROBES,
  INDEX_SLOTS,
  MAX_ENTRIES,
  MAX_SHARDS,
  PAGE_SHIFT,
  PIECE,
  PIECE_HEADER_BYTES,
  PLACE_SHARD_SHIFT,
  PLACE_UNIT_BYTES,
  RaRule,
  RULE,
  RULE_BYTES,
  SHARD_BYTES,
  TABLE_BY_NATURE_NONE,
  TABLE_COMING,
  TABLE_MISSING,
} from "../../../collector/unwind/memory-format.ts";
import { StackEnd } from "../../../collector/unwind/stack-end.ts";
import { ROOT } from "../../setup/build.ts";

/** Prints what the C compiler makes of abi.h: the independent judge of the numbers in abi.ts. */
function compiled(expressions: Record<string, string>): Record<string, number> {
  const folder = mkdtempSync(join(tmpdir(), "stapflame-abi-"));
  try {
    const lines = Object.entries(expressions).map(
      ([name, expression]) => `printf("${name} %llu\\n", (unsigned long long)(${expression}));`,
    );
    writeFileSync(
      join(folder, "abi.c"),
      `#include <stddef.h>\n#include <stdio.h>\n#include "abi.h"\n#include "unwind-memory.h"\nint main(void) { ${lines.join("\n")} return 0; }\n`,
    );
    const program = join(folder, "abi");
    execFileSync("gcc", ["-I", join(ROOT, "kmod-templates/kmod"), "-o", program, join(folder, "abi.c")]);
    const text = execFileSync(program, { encoding: "utf8" });
    return Object.fromEntries(
      text
        .trim()
        .split("\n")
        .map((line) => line.split(" "))
        .map(([name, value]) => [name, Number(value)]),
    );
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** Fields that are called otherwise in C, where `register` is a keyword. */
const C_NAMES: Readonly<Record<string, string>> = { register: "reg" };

function snake(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}

/** What is copied ends where the copy does; the kernel walks the stack itself. */
const { copyEnded: _, ...KERNEL_ENDS } = StackEnd;

describe("the module's ABI", () => {
  it("has the same plan on both sides, as gcc lays it out", () => {
    const fields = Object.keys(PLAN_OFFSETS);
    const offsets = compiled(
      Object.fromEntries(fields.map((name) => [name, `offsetof(struct sf_plan, ${name})`])),
    );
    expect(offsets).toEqual(PLAN_OFFSETS);
    expect(compiled({ size: "sizeof(struct sf_plan)" })).toEqual({ size: PLAN_BYTES });
  });

  it("has the same requests, flags and version", () => {
    expect(
      compiled({
        prepare: "SF_IOC_PREPARE",
        flip: "SF_IOC_FLIP",
        stop: "SF_IOC_STOP",
        run: "SF_IOC_RUN",
        addShard: "SF_IOC_ADD_SHARD",
        shards: "SF_SHARDS_OFFSET",
        version: "SF_ABI_VERSION",
        flags: "SF_FILTER_TASKS | SF_FILTER_CGROUP << 8 | SF_IDLE << 16",
        modes: "SF_PER_THREAD | SF_KERNEL_ONLY << 8 | SF_USER_ONLY << 16",
      }),
    ).toEqual({
      prepare: IOC_PREPARE,
      flip: IOC_FLIP,
      stop: IOC_STOP,
      run: IOC_RUN,
      addShard: IOC_ADD_SHARD,
      shards: SHARDS_OFFSET,
      version: ABI_VERSION,
      flags: PlanFlag.filterTasks | (PlanFlag.filterCgroup << 8) | (PlanFlag.idle << 16),
      modes: PlanFlag.perThread | (PlanFlag.kernelOnly << 8) | (PlanFlag.userOnly << 16),
    });
  });

  it("has the same records, arenas and counters as the reader", () => {
    const arena = layOutArena(1 << 16, { kernel: 10, user: 10 });
    expect(
      compiled({
        addressWord: "SF_WORD_ADDRESSES",
        keyWord: "SF_WORD_KEY",
        probes: "SF_MAX_PROBES",
        index: "offsetof(struct sf_arena, index)",
        slots: `${arena.dataBytes} / SF_RECORD_BYTES_PER_SLOT`,
        row: "SF_COUNTERS_PER_ROW * 8",
      }),
    ).toEqual({
      addressWord: ADDRESS_WORD,
      keyWord: KEY_WORD,
      probes: MAX_PROBES,
      index: INDEX_OFFSET,
      slots: arena.indexSlots,
      row: COUNTER_ROW_BYTES,
    });
    const names = COUNTERS.map(({ name }) => name);
    const inC = names.map((name) => [
      name,
      `SF_${name.replace(/[A-Z]/g, (letter) => `_${letter}`).toUpperCase()}`,
    ]);
    expect(compiled(Object.fromEntries(inC))).toEqual(
      Object.fromEntries(names.map((name, index) => [name, index])),
    );
  });
});

describe("the memory for unwind tables", () => {
  const offsetsOf = (struct: string, fields: Record<string, number>) =>
    Object.fromEntries(
      Object.keys(fields).map((name) => [
        name,
        `offsetof(struct ${struct}, ${C_NAMES[name] ?? snake(name)})`,
      ]),
    );

  it.each([
    ["sf_block", BLOCK, BLOCK_HEADER_BYTES],
    ["sf_entry", ENTRY, ENTRY_BYTES],
    ["sf_piece", PIECE, PIECE_HEADER_BYTES],
    ["sf_rule", RULE, RULE_BYTES],
  ])("has the same %s on both sides", (struct, fields, bytes) => {
    expect(compiled({ ...offsetsOf(struct, fields), size: `sizeof(struct ${struct})` })).toEqual({
      ...fields,
      size: bytes,
    });
  });

  it("has the same places, index and bounds", () => {
    const numbers = {
      SF_SHARD_BYTES: SHARD_BYTES,
      SF_MAX_SHARDS: MAX_SHARDS,
      SF_PLACE_SHARD_SHIFT: PLACE_SHARD_SHIFT,
      SF_PLACE_UNIT_BYTES: PLACE_UNIT_BYTES,
      SF_INDEX_SLOTS: INDEX_SLOTS,
      SF_INDEX_MAX_PROBES: INDEX_MAX_PROBES,
      SF_INDEX_HASH_MULTIPLIER: INDEX_HASH_MULTIPLIER,
      SF_INDEX_HASH_SHIFT: INDEX_HASH_SHIFT,
      SF_MAX_ENTRIES: MAX_ENTRIES,
      SF_TABLE_BY_NATURE_NONE: TABLE_BY_NATURE_NONE,
      SF_TABLE_MISSING: TABLE_MISSING,
      SF_TABLE_COMING: TABLE_COMING,
      SF_PAGE_SHIFT: PAGE_SHIFT,
      SF_START_STACK_SHIFT: START_STACK_SHIFT,
      SF_END_CODE_SHIFT: END_CODE_SHIFT,
    };
    expect(compiled(Object.fromEntries(Object.keys(numbers).map((name) => [name, name])))).toEqual(numbers);
  });

  it.each([
    ["SF_CFA", CfaRule],
    ["SF_RA", RaRule],
    ["SF_FP", FpRule],
    ["SF_STACK", KERNEL_ENDS],
  ])("has the same kinds of %s", (prefix, kinds) => {
    const names = Object.fromEntries(
      Object.keys(kinds).map((name) => [name, `${prefix}_${snake(name).toUpperCase()}`]),
    );
    expect(compiled(names)).toEqual(kinds);
  });
});

describe("a plan", () => {
  const copiedWords = copyLayout("x64")?.words ?? 0;
  const arena = layOutArena(1 << 14, { kernel: 127, user: 5000 }, copiedWords);
  const plan = {
    flags: PlanFlag.filterTasks,
    arena,
    periodNanos: 1e9 / 99,
    sliceNanos: 1e8,
    hashMultiplier: 0xff51afd7ed558ccdn,
    pids: [1, 2],
    tids: [3],
  };

  it("carries what was asked for", () => {
    const view = new DataView(encodePlan(plan, 0x7fff_0000_1000n, 9).buffer);
    expect(view.getUint32(PLAN_OFFSETS.kernel_depth, true)).toBe(127);
    expect(view.getUint32(PLAN_OFFSETS.user_depth, true)).toBe(5000);
    expect(view.getUint32(PLAN_OFFSETS.data_bytes, true)).toBe(1 << 14);
    expect(view.getUint32(PLAN_OFFSETS.copied_words, true)).toBe(17 + 16384 / 8);
    expect(view.getBigUint64(PLAN_OFFSETS.period_ns, true)).toBe(10_101_010n);
    expect(view.getBigUint64(PLAN_OFFSETS.ids, true)).toBe(0x7fff_0000_1000n);
    expect([view.getUint32(PLAN_OFFSETS.pids, true), view.getUint32(PLAN_OFFSETS.tids, true)]).toEqual([
      2, 1,
    ]);
    expect(view.getInt32(PLAN_OFFSETS.cgroup_fd, true)).toBe(9);
  });

  it("whose answer lays out arenas otherwise is refused", () => {
    const bytes = encodePlan(plan, 0n, -1);
    const view = new DataView(bytes.buffer);
    view.setUint32(PLAN_OFFSETS.cpus, 4, true);
    view.setBigUint64(PLAN_OFFSETS.arena_bytes, BigInt(arena.totalBytes), true);
    expect(decodeMemory(bytes, arena)).toMatchObject({ cpus: 4, arenaBytes: arena.totalBytes });
    view.setBigUint64(PLAN_OFFSETS.arena_bytes, 4096n, true);
    expect(() => decodeMemory(bytes, arena)).toThrow("lays out arenas of 4096 bytes");
  });
});
