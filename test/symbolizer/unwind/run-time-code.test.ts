import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, describe, expect, it } from "vitest";
import { Cfa, Fp, Ra } from "../../../symbolizer/unwind/rule.ts";
import { runTimeTable } from "../../../symbolizer/unwind/run-time-code.ts";
import { PackedReader } from "./packed-reader.ts";

const folder = mkdtempSync(join(tmpdir(), "stapflame-run-time-"));
afterAll(() => rmSync(folder, { recursive: true }));

/** What comes behind the first copy: the next one, with `-X perf`, or room for what tells how to unwind, with `-X perf_jit`. */
const NEXT = ["another", "room"];

/** CPython's trampoline in its own words (Python/asm_trampoline.S of 3.12 and 3.13), as GNU as assembles it. */
function assembled(guard: string, next = "another"): Uint8Array {
  const copy = `${guard}\nsub $8,%rsp\ncall *%rcx\nadd $8,%rsp\nret\n.balign 16,0\n`;
  writeFileSync(join(folder, "t.s"), copy + (next === "room" ? ".zero 16\n" : copy));
  execFileSync("as", ["-o", "t.o", "t.s"], { cwd: folder });
  execFileSync("objcopy", ["-O", "binary", "-j", ".text", "t.o", "t.bin"], { cwd: folder });
  return readFileSync(join(folder, "t.bin"));
}

describe("trampolines of CPython", () => {
  const layouts = ["", "endbr64"].flatMap((guard) => NEXT.map((next) => [guard, next] as const));
  it.each(layouts)(
    "behind '%s' and before %s are known, by a rule that follows the stack pointer",
    (guard, next) => {
      const code = assembled(guard, next);
      expect(code.length).toBe(32);
      const table = runTimeTable(code);
      expect(table?.segments).toEqual([{ fileOffset: 0, address: 0, bytes: 1 << 24 }]);
      expect(table?.pieces.map(({ base, end }) => [base, end])).toEqual([[0, 1 << 24]]);
      expect(table?.pieces[0].bytes.length).toBeLessThan(8192);
      const reader = new PackedReader(table?.pieces ?? []);
      for (const address of [0, 0x123450, (1 << 24) - 16]) {
        // 8 bytes more from behind the `sub` on.
        const rule = {
          cfa: Cfa.plt,
          cfaOffset: guard === "" ? 4 : 8,
          ra: Ra.atCfa,
          raOffset: -8,
          fp: Fp.same,
        };
        expect(reader.lookUp(address)).toMatchObject(rule);
      }
    },
  );

  it.each(layouts)(
    "behind '%s' and before %s are not taken for what is another: a byte changed, too little",
    (guard, next) => {
      const code = assembled(guard, next);
      const own = guard === "" ? 11 : 15;
      for (const at of [...Array(32).keys()].filter((at) => at % 16 < own || (at > 16 && next === "room"))) {
        const other = Uint8Array.from(code, (byte, index) => (index === at ? byte ^ 0x10 : byte));
        expect(runTimeTable(other), `byte ${at}`).toBeUndefined();
      }
      for (let length = 0; length < 16 + own; length++)
        expect(runTimeTable(code.subarray(0, length))).toBeUndefined();
    },
  );

  it("are not seen in any bytes", () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 40 }), (bytes) => runTimeTable(bytes) === undefined));
  });
});
