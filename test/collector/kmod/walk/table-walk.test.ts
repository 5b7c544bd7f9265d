import { execFileSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type CopiedStack, RegistersAbi } from "../../../../collector/unwind/copied/copied-stack.ts";
import { copyLayout } from "../../../../collector/unwind/copied/copy-layout.ts";
import { LeafHint } from "../../../../collector/unwind/copied/leaf-hint.ts";
import { TableMemory } from "../../../../collector/unwind/copied/table-memory.ts";
import { UserWalk } from "../../../../collector/unwind/copied/user-walk.ts";
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

/**
 * Walks the copies in a file that `live.c` wrote, by the same shards: how many there are, how many have the very frames and the end
 * that the module's walk has, and how many of the others end because the module's walk goes on to a stack that is not in the copy.
 */
function walkCopies(copies: string, shards: string): { walked: number; same: number; beyond: number } {
  const memory = new TableMemory();
  const pieces = readFileSync(shards);
  for (let at = 0; at < pieces.length; at += SHARD_BYTES) {
    new Uint8Array(memory.addShard()).set(pieces.subarray(at, at + SHARD_BYTES));
  }
  const layout = copyLayout("x64");
  if (layout === undefined) throw new Error("x86-64 has registers");
  const walk = new UserWalk(memory, layout.registers, 1000, { hint: new LeafHint(() => false) });
  const bytes = readFileSync(copies);
  const u64 = new BigUint64Array(bytes.buffer, bytes.byteOffset, bytes.length / 8);
  const counts = { walked: 0, same: 0, beyond: 0 };
  for (let at = 0; at < u64.length; counts.walked++) {
    const [words, depth, end] = [...u64.subarray(at, at + 3)].map(Number);
    const copy = u64.slice(at + 3, at + 3 + words);
    const frames = [...u64.subarray(at + 3 + words, at + 3 + words + depth)].map(Number);
    at += 3 + words + depth;
    const stack: CopiedStack = {
      words: new Uint32Array(copy.buffer),
      pid: 1,
      time: 0,
      abi: RegistersAbi.wide,
      registersAt: 0,
      stackAt: layout.registerWords * 2,
      stackBytes: (words - layout.registerWords) * 8,
      stackGoesOn: words >= layout.words,
    };
    walk.walk(stack);
    const found = [...walk.frames.subarray(0, walk.depth)];
    const begins = found.every((frame, index) => frame === frames[index]);
    if (begins && found.length === frames.length && walk.end === end) counts.same++;
    else if (begins && walk.end === StackEnd.unreadable) counts.beyond++;
  }
  return counts;
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
    const shards = programs.shardsFor(live);
    const copies = `${live}.copies`;
    const said = execFileSync(live, [shards, String(LIVE_SAMPLES), copies], { encoding: "utf8" });
    console.log(workload, said);
    const { whole, samples } = JSON.parse(said) as { whole: number; samples: number };
    expect(samples).toBe(LIVE_SAMPLES);
    expect(whole / samples).toBeGreaterThanOrEqual(0.995);

    const { walked, same, beyond } = walkCopies(copies, shards);
    console.log(
      `${workload}: ${same} of ${walked} copies lead to the same frames, ${beyond} on to another stack`,
    );
    expect(walked).toBe(LIVE_SAMPLES);
    expect(same + beyond).toBe(walked);
    if (workload !== "handler.c") expect(beyond).toBe(0);
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
      if (end !== StackEnd.unknown && end < StackEnd.copyEnded) expect(ends[end]).toBeGreaterThan(0);
    }
    expect(ends[StackEnd.unknown]).toBe(0);
  });
});
