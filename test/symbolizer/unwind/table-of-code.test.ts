import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, describe, expect, it } from "vitest";
import { Cfa } from "../../../symbolizer/unwind/rule.ts";
import { tableOfCode } from "../../../symbolizer/unwind/table-of-code.ts";
import { tableOfFile } from "../../../symbolizer/unwind/table-of-file.ts";
import { value } from "../debug-files/workshop.ts";
import { PackedReader } from "./packed-reader.ts";
import { assembled } from "./x86/assembled.ts";

const folder = mkdtempSync(join(tmpdir(), "stapflame-code-"));
afterAll(() => rmSync(folder, { recursive: true }));

/** A function as LLVM compiles it at run time. */
const QUERY = `
  query: push %rbp
  push %r14
  push %rbx
  sub $0x40,%rsp
  within: mov $1000,%ebp
  call *%rax
  add $0x40,%rsp
  pop %rbx
  pop %r14
  pop %rbp
  ret`;

describe("the table of code in memory", () => {
  it("is told by its instructions, from its first byte to its last", () => {
    const { code, labels } = assembled(folder, QUERY);
    const { table } = value(
      tableOfFile({ content: code, isCode: true }, { cache: undefined, finder: undefined }),
    );
    expect(table).toMatchObject({ machine: "x86-64", buildId: "", stats: { followedBytes: code.length } });
    expect(table.segments).toEqual([{ fileOffset: 0, address: 0, bytes: code.length }]);
    const reader = new PackedReader(table.pieces);
    expect(reader.lookUp(0)).toMatchObject({ cfa: Cfa.stackPointer, cfaOffset: 8 });
    expect(reader.lookUp(labels.get("within") ?? -1)).toMatchObject({
      cfa: Cfa.stackPointer,
      cfaOffset: 8 + 24 + 0x40,
    });
  });

  it("of bytes that are no code is missing, or some table; nothing throws", () => {
    expect(tableOfCode(new Uint8Array()).missing).toBe("cannot be followed");
    expect(tableOfCode(new Uint8Array(4096)).missing).toBe("cannot be followed");
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 600 }), (bytes) => {
        const made = tableOfCode(bytes);
        expect(made.found === undefined || made.found.table.stats.followedBytes <= bytes.length).toBe(true);
      }),
    );
  });
});
