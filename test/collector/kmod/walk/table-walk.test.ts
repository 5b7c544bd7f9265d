import { execFileSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { offsetOf, placeOf, SHARD_BYTES, shardOf } from "../../../../collector/unwind/memory-format.ts";
import { StackEnd } from "../../../../collector/unwind/stack-end.ts";
import { packUnwindTable } from "../../../../symbolizer/unwind/pack-table.ts";
import { lookUp } from "../../../../symbolizer/unwind/unwind-table.ts";
import { ROOT } from "../../../setup/build.ts";
import { seededRandom } from "../../../vm/random.ts";
import { tableOf, WalkPrograms } from "./walk-programs.ts";

/**
 * The walk as it is in the module's templates, compiled for a process with all that gcc can watch: nothing outside of
 * the shards and the walk's own memory may be touched, nothing undefined happen.
 */
const SANITIZERS = ["-fsanitize=address,undefined", "-fno-sanitize-recover"];

let programs: WalkPrograms;
let program: string;

beforeAll(() => {
  programs = new WalkPrograms();
  program = programs.compile("walk", SANITIZERS, "walk.c");
});

afterAll(() => programs[Symbol.dispose]());

function run(words: readonly string[], input = ""): string {
  return execFileSync(program, words, { encoding: "utf8", input, maxBuffer: 2 ** 28 });
}

/** Bytes of the largest pieces that are made here: many of them. */
const PIECE_BYTES = 1 << 17;
/** The kernel gives at most 250 a second. */
const LIVE_SAMPLES = 500;

describe("the module's walk by unwind tables", () => {
  it.each(["libc.so.6", "libstdc++.so.6"])(
    "finds the rules of %s that its compiler wrote",
    async (library) => {
      const file = execFileSync("gcc", [`-print-file-name=${library}`], { encoding: "utf8" }).trim();
      const table = tableOf(file);
      const pieces = packUnwindTable(table, PIECE_BYTES);
      // Each in a shard of its own, at another place.
      const shards = new Uint8Array(pieces.length * SHARD_BYTES);
      const places = pieces.map(({ bytes }, index) => {
        const place = placeOf(index, 8 + index * 4096);
        shards.set(bytes, shardOf(place) * SHARD_BYTES + offsetOf(place));
        return place;
      });
      const path = join(programs.folder, "shards");
      writeFileSync(path, shards);

      const random = seededRandom(7);
      const [begin, end] = [pieces[0].base, pieces[pieces.length - 1].end];
      const addresses = Array.from({ length: 20_000 }, () => begin + Math.floor(random() * (end - begin)));
      for (let row = 0; row < table.rowStarts.length; row += 1 + Math.floor(random() * 20)) {
        addresses.push(table.rowStarts[row], table.rowStarts[row] - 1);
      }
      const asked = addresses.flatMap((address) => {
        const piece = pieces.findIndex(({ base, end }) => base <= address && address < end);
        return piece < 0 ? [] : [{ address, line: `${places[piece]} ${address - pieces[piece].base}\n` }];
      });
      const answers = run(["rules", path], asked.map(({ line }) => line).join(""))
        .trim()
        .split("\n");
      expect(answers).toHaveLength(asked.length);
      expect(answers).toEqual(
        asked.map(({ address }) => {
          const { cfa, ra, fp, register, cfaOffset, cfaAdd, raOffset, fpOffset } = lookUp(table, address);
          return [cfa, ra, fp, register, cfaOffset, cfaAdd, raOffset, fpOffset].join(" ");
        }),
      );
      console.log(`${library}: ${asked.length} addresses in ${pieces.length} pieces`);
    },
  );

  it.each(["callbacks.c", "handler.c"])("walks %s, without frame pointers, to its beginning", (workload) => {
    const flags = ["-O2", "-static", "-no-pie", "-fomit-frame-pointer", "-Wno-error"];
    const object = join(programs.folder, `${workload}.o`);
    const source = join(ROOT, "test/workloads/unwind", workload);
    execFileSync("gcc", [...flags, "-Dmain=workload_main", "-c", "-o", object, source]);
    const live = programs.compile(`live-${workload}`, flags, "live.c", object);
    const said = execFileSync(live, [programs.shardsFor(live), String(LIVE_SAMPLES)], { encoding: "utf8" });
    console.log(workload, said);
    const { whole, samples } = JSON.parse(said) as { whole: number; samples: number };
    expect(samples).toBe(LIVE_SAMPLES);
    expect(whole / samples).toBeGreaterThanOrEqual(0.995);
  });

  it("stays in its memory and ends, whatever shards, stack and registers hold", () => {
    const { depths, ends } = JSON.parse(run(["hostile", "20251121", "30000"])) as {
      depths: number;
      ends: number[];
    };
    console.log(`${depths} frames; ends: ${ends}`);
    // All of its ways were gone.
    for (const end of Object.values(StackEnd)) {
      // A copy's end is met by who walks a copy.
      if (end !== StackEnd.unknown && end !== StackEnd.copyEnded) expect(ends[end]).toBeGreaterThan(0);
    }
    expect(ends[StackEnd.unknown]).toBe(0);
  });
});
