import { describe, expect, it } from "vitest";
import { ADDRESS_WORD, chooseArena, layOutArena } from "../../collector/arena/layout.ts";
import { ArenaReader } from "../../collector/arena/reader.ts";

const MIB = 1024 * 1024;
const DEPTHS = { kernel: 127, user: 127 };

describe("the arena's size", () => {
  it("stays within the budget, whatever the machine", () => {
    for (const cpus of [1, 2, 8, 64, 256]) {
      for (const hz of [1, 99, 999, 20_000]) {
        const arena = chooseArena(48 * MIB, cpus * 2, hz, DEPTHS);
        expect(arena && arena.totalBytes * cpus * 2).toBeLessThanOrEqual(48 * MIB);
        expect(arena && Math.log2(arena.dataBytes) % 1).toBe(0);
      }
    }
  });

  it("says so when not even the smallest fits", () => {
    expect(chooseArena(MIB, 1024, 99, DEPTHS)).toBeUndefined();
  });

  it("keeps room for a whole record behind the last place where one may begin", () => {
    const arena = layOutArena(1 << 14, DEPTHS);
    expect(arena.totalBytes - arena.dataOffset - arena.dataBytes).toBeGreaterThanOrEqual(
      (ADDRESS_WORD + 254) * 8,
    );
    const withCopies = layOutArena(1 << 14, DEPTHS, 2065);
    expect(withCopies.totalBytes - withCopies.dataOffset - withCopies.dataBytes).toBeGreaterThanOrEqual(
      (ADDRESS_WORD + 127 + 2065) * 8,
    );
  });
});

describe("the arena's reader", () => {
  /** Writes records as the BPF program does. */
  function write(
    arena: ReturnType<typeof layOutArena>,
    stacks: { count: number; kernel: bigint[]; user: bigint[] }[],
  ) {
    const memory = new ArrayBuffer(arena.totalBytes);
    const words = new BigInt64Array(memory);
    let at = arena.dataOffset / 8;
    for (const { count, kernel, user } of stacks) {
      words.set([BigInt(count), 1000n, 2000n, (43n << 32n) | 42n], at);
      new Uint8Array(memory, (at + 4) * 8, 16).set(new TextEncoder().encode("worker"));
      words[at + 6] = 5n | (BigInt(kernel.length) << 32n) | (BigInt(user.length) << 48n);
      words.set(
        [...kernel, ...user].map((address) => BigInt.asIntN(64, address)),
        at + ADDRESS_WORD,
      );
      at += ADDRESS_WORD + kernel.length + user.length;
    }
    words[0] = BigInt(at * 8 - arena.dataOffset);
    return memory;
  }

  it("tells from one word how deep both stacks are, and why the user's ended", () => {
    const arena = layOutArena(1 << 16, { kernel: 300, user: 6000 });
    const frames = (length: number) => Array.from({ length }, (_, i) => BigInt(i));
    const memory = write(arena, [{ count: 1, kernel: frames(300), user: frames(6000) }]);
    const depths = new DataView(memory, arena.dataOffset + 6 * 8);
    depths.setUint16(4, 300 | (8 << 12), true);
    const seen: number[][] = [];
    new ArenaReader(memory, 0, arena).read(({ kernelLength, userLength, userEnd }) =>
      seen.push([kernelLength, userLength, userEnd]),
    );
    expect(seen).toEqual([[300, 6000, 8]]);
  });

  it("gives copies to who walks them, though they are longer than stacks may be deep", () => {
    const arena = layOutArena(1 << 16, { kernel: 8, user: 8 }, 2065);
    const copy = Array.from({ length: 2065 }, (_, i) => (BigInt(i) << 40n) | BigInt(i));
    const memory = write(arena, [
      { count: 1, kernel: [5n], user: copy },
      { count: 2, kernel: [], user: [7n] },
    ]);
    new DataView(memory, arena.dataOffset + 6 * 8).setUint16(4, 1 | (10 << 12), true);
    const counted: number[] = [];
    const copied: unknown[] = [];
    const bytes = new ArenaReader(memory, 0, arena).read(
      ({ count }) => counted.push(count),
      ({ tgid, kernel, kernelLength, userLength }, words) =>
        copied.push([
          tgid,
          kernel[0],
          kernelLength,
          userLength,
          [...new BigUint64Array(words.slice().buffer)],
        ]),
    );
    expect(counted).toEqual([2]);
    expect(copied).toEqual([[42, 5, 1, 0, copy]]);
    expect(bytes).toBe((ADDRESS_WORD * 2 + 1 + 2065 + 1) * 8);
  });

  it("gives back what was counted, addresses exact, and empties the arena", () => {
    const arena = layOutArena(1 << 14, { kernel: 8, user: 8 });
    const memory = write(arena, [
      { count: 3, kernel: [0xffffffff81000123n, 0xffffffffc0000001n], user: [0x7fff_ffff_ffffn] },
      { count: 2 ** 33, kernel: [], user: [] },
    ]);
    const reader = new ArenaReader(memory, 0, arena);
    const seen: unknown[] = [];
    const bytes = reader.read((stack) =>
      seen.push({
        ids: [stack.tgid, stack.tid, stack.comm, stack.slice, stack.firstNanos],
        count: stack.count,
        kernel: [...stack.kernel.subarray(0, stack.kernelLength)],
        user: [...stack.user.subarray(0, stack.userLength)],
      }),
    );
    const ids = [42, 43, "worker", 5, 1000];
    expect(seen).toEqual([
      { ids, count: 3, kernel: [-0x7efffedd, -0x3fffffff], user: [0x7fffffffffff] },
      { ids, count: 2 ** 33, kernel: [], user: [] },
    ]);
    expect(bytes).toBe((ADDRESS_WORD * 2 + 3) * 8);
    reader.clear();
    expect(reader.read(() => expect.unreachable())).toBe(0);
    expect(new Uint8Array(memory, 0, arena.dataOffset).every((byte) => byte === 0)).toBe(true);
  });
});
