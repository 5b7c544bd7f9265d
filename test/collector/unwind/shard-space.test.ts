import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { offsetOf, placeOf, SHARD_BYTES, shardOf } from "../../../collector/unwind/memory-format.ts";
import { ShardSpace } from "../../../collector/unwind/shard-space.ts";

describe("places", () => {
  it("are shard and offset", () => {
    fc.assert(
      fc.property(fc.nat(255), fc.nat(SHARD_BYTES / 8 - 1), (shard, word) => {
        const place = placeOf(shard, word * 8);
        expect([shardOf(place), offsetOf(place)]).toEqual([shard, word * 8]);
        expect(place).toBe(place >>> 0);
      }),
    );
  });
});

describe("the space in shards", () => {
  it("gives the smallest gap that is large enough", () => {
    const space = new ShardSpace();
    space.addShard(64 * 1024);
    const first = space.allocate(1000);
    const second = space.allocate(100);
    const third = space.allocate(500);
    expect([first, second, third].map((place) => place && offsetOf(place))).toEqual([65536, 66536, 66640]);
    space.release(second ?? 0);
    // Not before the kernel has been waited for.
    expect(offsetOf(space.allocate(104) ?? 0)).toBe(67144);
    const released = space.beforeBarrier();
    space.afterBarrier(released);
    expect(offsetOf(space.allocate(97) ?? 0)).toBe(66536);
  });

  it("has no room for what spans two shards, and for tables none in the shards before the one named", () => {
    const space = new ShardSpace();
    space.addShard();
    space.addShard();
    expect(space.allocate(SHARD_BYTES + 1)).toBeUndefined();
    expect(shardOf(space.allocate(SHARD_BYTES, 1) ?? 0)).toBe(1);
    expect(space.allocate(8, 1)).toBeUndefined();
    expect(space.allocate(8)).toBe(0);
  });

  it("refuses to let go twice", () => {
    const space = new ShardSpace();
    space.addShard();
    const place = space.allocate(8) ?? -1;
    space.release(place);
    expect(() => space.release(place)).toThrow(RangeError);
    expect(() => space.release(8)).toThrow(RangeError);
  });

  it("never hands out what is in use or was not waited for, and gets all of it back", () => {
    const step = fc.oneof(
      fc.record({ kind: fc.constant("allocate" as const), bytes: fc.integer({ min: 1, max: 300_000 }) }),
      fc.record({ kind: fc.constant("release" as const), which: fc.nat() }),
      fc.record({ kind: fc.constant("before" as const) }),
      fc.record({ kind: fc.constant("after" as const) }),
      fc.record({ kind: fc.constant("back" as const), which: fc.nat() }),
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 200 }), (steps) => {
        const space = new ShardSpace();
        space.addShard(4096);
        space.addShard();
        const total = space.freeBytes;
        /** Places that may be read: in use, or let go of and not waited for. */
        const live = new Map<number, { bytes: number; released: boolean }>();
        const barriers: (readonly number[])[] = [];
        for (const each of steps) {
          const held = [...live].filter(([, { released }]) => !released);
          if (each.kind === "allocate") {
            const place = space.allocate(each.bytes);
            if (place === undefined) continue;
            const [start, end] = [offsetOf(place), offsetOf(place) + each.bytes];
            expect(end).toBeLessThanOrEqual(SHARD_BYTES);
            if (shardOf(place) === 0) expect(start).toBeGreaterThanOrEqual(4096);
            for (const [other, { bytes }] of live) {
              const apart =
                shardOf(other) !== shardOf(place) ||
                offsetOf(other) + bytes <= start ||
                end <= offsetOf(other);
              expect(apart).toBe(true);
            }
            live.set(place, { bytes: each.bytes, released: false });
          } else if (each.kind === "release" && held.length > 0) {
            const [place, entry] = held[each.which % held.length];
            space.release(place);
            entry.released = true;
          } else if (each.kind === "back" && held.length > 0) {
            const [place] = held[each.which % held.length];
            space.takeBack(place);
            live.delete(place);
          } else if (each.kind === "before") {
            barriers.push(space.beforeBarrier());
          } else if (each.kind === "after") {
            for (const released of barriers.splice(0)) {
              space.afterBarrier(released);
              for (const place of released) live.delete(place);
            }
          }
        }
        for (const [place, { released }] of live) if (!released) space.release(place);
        for (const released of [...barriers, space.beforeBarrier()]) space.afterBarrier(released);
        expect(space.freeBytes).toBe(total);
        expect(space.usedBytes).toBe(0);
        expect(space.allocate(SHARD_BYTES)).toBe(placeOf(1, 0));
      }),
    );
  });
});
