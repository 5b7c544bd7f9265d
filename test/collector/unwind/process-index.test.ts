import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { indexHash, SHARD_BYTES } from "../../../collector/unwind/memory-format.ts";
import { ProcessIndex } from "../../../collector/unwind/process-index.ts";
import { KernelView } from "./kernel-view.ts";

/** Process ids whose searches begin at one of a few neighbouring slots. */
const CROWD = Array.from({ length: 4_000_000 }, (_, tgid) => tgid + 1)
  .filter((tgid) => indexHash(tgid) >= 8185 || indexHash(tgid) < 3)
  .slice(0, 60);

describe("the process index", () => {
  it("leads the kernel where it was told to, through replaced and deleted slots", () => {
    const step = fc.record({
      tgid: fc.constantFrom(...CROWD),
      place: fc.integer({ min: 8192, max: 2 ** 25 - 1 }),
      remove: fc.boolean(),
    });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 150 }), (steps) => {
        const memory = new ArrayBuffer(SHARD_BYTES);
        const index = new ProcessIndex(memory);
        const kernel = new KernelView([memory]);
        const model = new Map<number, number>();
        for (const { tgid, place, remove } of steps) {
          if (remove) {
            index.delete(tgid);
            model.delete(tgid);
          } else if (index.set(tgid, place)) {
            model.set(tgid, place);
          } else {
            // Crowded: then it leads nowhere, never to an old place.
            expect(model.has(tgid)).toBe(false);
          }
          for (const each of CROWD) {
            expect(kernel.blockOf(each)).toBe(model.get(each));
            expect(index.get(each)).toBe(model.get(each));
          }
        }
      }),
      { numRuns: 60 },
    );
  });

  it("holds as many processes as there usually are", () => {
    const index = new ProcessIndex(new ArrayBuffer(SHARD_BYTES));
    let held = 0;
    for (let tgid = 1; tgid <= 4096; tgid++) if (index.set(tgid * 7, 8192 + tgid)) held++;
    expect(held).toBe(4096);
  });
});
