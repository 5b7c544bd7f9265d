import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  INDEX_BYTES,
  offsetOf,
  placeOf,
  SHARD_BYTES,
  shardOf,
} from "../../../../collector/unwind/memory-format.ts";
import { encodeBlock, tableEntries } from "../../../../collector/unwind/process-block.ts";
import { ProcessIndex } from "../../../../collector/unwind/process-index.ts";
import { StackEnd } from "../../../../collector/unwind/stack-end.ts";
import { readElf } from "../../../../symbolizer/elf/elf-file.ts";
import { fileSource } from "../../../../symbolizer/file-source.ts";
import { compileUnwindTable } from "../../../../symbolizer/unwind/compile-table.ts";
import { packUnwindTable } from "../../../../symbolizer/unwind/pack-table.ts";
import { lookUp, type UnwindTable } from "../../../../symbolizer/unwind/unwind-table.ts";
import { ROOT } from "../../../setup/build.ts";
import { seededRandom } from "../../../vm/random.ts";

/**
 * The walk as it is in the module's templates, compiled for a process with all that gcc can watch: nothing outside of
 * the shards and the walk's own memory may be touched, nothing undefined happen.
 */
const FLAGS =
  "-O1 -g -Wall -Wextra -Wno-unused-parameter -Wno-sign-compare -Wno-unused-function -Werror".split(" ");
const SANITIZERS = ["-fsanitize=address,undefined", "-fno-sanitize-recover"];
/** The kernel's headers that are included; walk/kernel.h stands for all of them. */
const HEADERS = "compiler kernel nospec string ptrace sched sched/task_stack mm uaccess pid rcupdate".split(
  " ",
);

const HERE = join(ROOT, "test/collector/kmod/walk");
let folder: string;
let program: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "stapflame-walk-"));
  for (const header of HEADERS) {
    const path = join(folder, "include/linux", `${header}.h`);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, "");
  }
  program = compile("walk", SANITIZERS, [join(HERE, "walk.c")]);
});

function compile(name: string, flags: readonly string[], sources: readonly string[]): string {
  const path = join(folder, name);
  const include = ["-I", join(folder, "include"), "-I", join(ROOT, "kmod-templates/kmod"), "-I", HERE];
  const kernel = ["-D_GNU_SOURCE", "-include", join(HERE, "kernel.h")];
  execFileSync("gcc", [...FLAGS, ...include, ...kernel, ...flags, "-o", path, ...sources]);
  return path;
}

afterAll(() => rmSync(folder, { recursive: true, force: true }));

function run(words: readonly string[], input = ""): string {
  return execFileSync(program, words, { encoding: "utf8", input, maxBuffer: 2 ** 28 });
}

/** Shards of a process with the id 1, whose only mapping is a program that lies where its file says. */
function shardsOfProgram(table: UnwindTable): Uint8Array {
  const pieces = packUnwindTable(table);
  const bytes = new Uint8Array((pieces.length + 1) * SHARD_BYTES);
  const placed = pieces.map((piece, index) => {
    bytes.set(piece.bytes, (index + 1) * SHARD_BYTES);
    return { base: piece.base, end: piece.end, place: placeOf(index + 1, 0) };
  });
  const { segments } = table;
  const entries = segments.flatMap(({ address, bytes, fileOffset }) => {
    const mapping = { start: address, end: address + bytes, fileOffset, inode: 1, file: "/program" };
    return tableEntries(mapping, { segments, pieces: placed });
  });
  const block = placeOf(0, INDEX_BYTES);
  bytes.set(encodeBlock(entries, 0), offsetOf(block));
  new ProcessIndex(bytes.buffer).set(1, block);
  return bytes;
}

function tableOf(path: string): UnwindTable {
  const source = fileSource(path);
  if (source.found === undefined) throw new Error(source.missing);
  const table = compileUnwindTable(readElf(source.found));
  if (table.found === undefined) throw new Error(table.missing);
  return table.found;
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
      const path = join(folder, "shards");
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
    const object = join(folder, `${workload}.o`);
    const source = join(ROOT, "test/workloads/unwind", workload);
    execFileSync("gcc", [...flags, "-Dmain=workload_main", "-c", "-o", object, source]);
    const live = compile(`live-${workload}`, flags, [join(HERE, "live.c"), object]);
    const path = join(folder, `shards-of-${workload}`);
    writeFileSync(path, shardsOfProgram(tableOf(live)));
    const said = execFileSync(live, [path, String(LIVE_SAMPLES)], { encoding: "utf8" });
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
