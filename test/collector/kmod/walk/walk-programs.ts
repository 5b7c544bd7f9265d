import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { INDEX_BYTES, offsetOf, placeOf, SHARD_BYTES } from "../../../../collector/unwind/memory-format.ts";
import { encodeBlock, tableEntries } from "../../../../collector/unwind/process-block.ts";
import { ProcessIndex } from "../../../../collector/unwind/process-index.ts";
import { readElf } from "../../../../symbolizer/elf/elf-file.ts";
import { fileSource } from "../../../../symbolizer/file-source.ts";
import { compileUnwindTable } from "../../../../symbolizer/unwind/compile-table.ts";
import { packUnwindTable } from "../../../../symbolizer/unwind/pack-table.ts";
import type { UnwindTable } from "../../../../symbolizer/unwind/unwind-table.ts";
import { ROOT } from "../../../setup/build.ts";

const FLAGS =
  "-O1 -g -Wall -Wextra -Wno-unused-parameter -Wno-sign-compare -Wno-unused-function -Werror".split(" ");
/** The kernel's headers that are included; walk/kernel.h stands for all of them. */
const HEADERS = "compiler kernel nospec string ptrace sched sched/task_stack mm uaccess pid rcupdate".split(
  " ",
);
const HERE = join(ROOT, "test/collector/kmod/walk");

/** Programs around the module's walk as it is in its templates, in a folder of their own. */
export class WalkPrograms implements Disposable {
  readonly folder = mkdtempSync(join(tmpdir(), "stapflame-walk-"));

  constructor() {
    for (const header of HEADERS) {
      const path = join(this.folder, "include/linux", `${header}.h`);
      mkdirSync(dirname(path), { recursive: true });
      writeFileSync(path, "");
    }
  }

  /** Compiles `source` of this folder, with `objects`. Returns the program's path. */
  compile(name: string, flags: readonly string[], source: string, ...objects: string[]): string {
    const path = join(this.folder, name);
    const include = ["-I", join(this.folder, "include"), "-I", join(ROOT, "kmod-templates/kmod"), "-I", HERE];
    const kernel = ["-D_GNU_SOURCE", "-include", join(HERE, "kernel.h")];
    const sources = [join(HERE, source), ...objects];
    execFileSync("gcc", [...FLAGS, ...include, ...kernel, ...flags, "-o", path, ...sources]);
    return path;
  }

  /** Writes the shards for a program. Returns their file's path. */
  shardsFor(program: string): string {
    const path = `${program}.shards`;
    writeFileSync(path, shardsOfProgram(tableOf(program)));
    return path;
  }

  [Symbol.dispose](): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
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

export function tableOf(path: string): UnwindTable {
  const source = fileSource(path);
  if (source.found === undefined) throw new Error(source.missing);
  const table = compileUnwindTable(readElf(source.found));
  if (table.found === undefined) throw new Error(table.missing);
  return table.found;
}
