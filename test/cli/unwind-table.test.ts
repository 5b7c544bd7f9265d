import { describe, expect, it } from "vitest";
import { compileFile } from "../../cli/unwind-table/compiled-file.ts";
import { dumpTable } from "../../cli/unwind-table/dump.ts";
import { ruleWords } from "../../cli/unwind-table/rule-words.ts";
import { summaryOf, summaryText } from "../../cli/unwind-table/summary.ts";
import { Cfa, Fp, Ra } from "../../symbolizer/unwind/rule.ts";
import { rowOf } from "../../symbolizer/unwind/unwind-table.ts";
import { readelfFunctions } from "../symbolizer/unwind/readelf-rows.ts";

const BASH = "/bin/bash";

function compile(path: string) {
  const compiled = compileFile(path, []).found;
  if (compiled === undefined) throw new Error(`${path} has no table`);
  return compiled;
}

describe("the rows", () => {
  it("are readelf's, word by word, but for what is merged", () => {
    const { table } = compile(BASH);
    const [heading, ...lines] = [...dumpTable(table, false)].join("").trimEnd().split("\n");
    expect(heading).toMatch(/^LOC +CFA +rbp +ra$/);
    expect(lines).toHaveLength(table.rowStarts.length);
    const rows = lines.map((line) => line.split(/ {2,}/));
    expect(rows.map(([address]) => Number.parseInt(address, 16))).toEqual([...table.rowStarts]);
    let compared = 0;
    for (const row of readelfFunctions(BASH).flatMap((each) => each.rows)) {
      const ours = rows[rowOf(table, row.address)];
      const fp = row.fp === undefined || row.fp === "u" ? "s" : row.fp;
      const expected = [row.cfa === "exp" ? "plt 11" : row.cfa, fp, row.ra];
      if (ours.slice(1).join() !== expected.join()) expect(ours.slice(1)).toEqual(expected);
      if (++compared === 2000) break;
    }
    expect(compared).toBe(2000);
  });

  it("as JSON tell the same", () => {
    const { table } = compile("[vdso]");
    const rows = [...dumpTable(table, true)].join("").trimEnd().split("\n");
    const first = JSON.parse(rows[0]);
    expect(Object.keys(first)).toEqual(["address", "cfa", "fp", "ra"]);
    expect(Number(first.address)).toBe(table.rowStarts[0]);
    expect(JSON.parse(rows[rows.length - 1])).toMatchObject({ cfa: "none", fp: null, ra: null });
  });

  it.each([
    [{ cfa: Cfa.plt, cfaOffset: 11 }, "plt 11 s c-8"],
    [{ cfa: Cfa.stackSlot, cfaOffset: -8, cfaAdd: 8 }, "*(rsp-8)+8 s c-8"],
    [{ cfa: Cfa.frameSlot, cfaOffset: -8, fp: Fp.atFramePointer }, "*(rbp-8)+0 *(rbp+0) c-8"],
    [{ cfa: Cfa.register, register: 10, fp: Fp.lost }, "r10+0 u c-8"],
    [{ cfa: Cfa.register, register: 99 }, "r99+0 s c-8"],
    [{ cfa: Cfa.stackPointer, cfaOffset: 8, ra: Ra.undefined, fp: Fp.isCfa, fpOffset: -16 }, "rsp+8 v-16 u"],
    [
      { cfa: Cfa.signal, cfaOffset: 160, raOffset: 168, fp: Fp.atCfa, fpOffset: 120 },
      "signal *(rsp+160) *(rsp+120) *(rsp+168)",
    ],
    [{ cfa: Cfa.inexpressible, ra: Ra.register, register: 5, cfaOffset: 8 }, "rsp+8 s rdi"],
    [{ cfa: Cfa.inexpressible }, "?"],
    [{ cfa: Cfa.none }, "none"],
  ])("%j", (parts, words) => {
    const nothing = { cfa: 0, ra: 0, fp: 0, register: 0, cfaOffset: 0, cfaAdd: 0, raOffset: -8, fpOffset: 0 };
    const { cfa, fp, ra } = ruleWords({ ...nothing, ...parts }, "x86-64");
    expect([cfa, fp, ra].filter((word) => word !== undefined).join(" ")).toBe(words);
  });

  it("of arm64 bear its registers' names", () => {
    const rule = {
      cfa: 2,
      ra: Ra.linkRegister,
      fp: 1,
      register: 0,
      cfaOffset: 32,
      cfaAdd: 0,
      raOffset: 0,
      fpOffset: -32,
    };
    expect(ruleWords(rule, "arm64")).toEqual({ cfa: "x29+32", fp: "c-32", ra: "s" });
  });
});

describe("the summary", () => {
  it("tells size, rows and what cannot be expressed", () => {
    const compiled = compile(BASH);
    const summary = summaryOf(BASH, compiled);
    expect(summary.mergedRows).toBe(compiled.table.rowStarts.length);
    expect(summary.bytes / summary.mergedRows).toBeLessThan(4);
    expect(summary.buildId).toMatch(/^[0-9a-f]{40}$/);
    const text = summaryText(BASH, compiled);
    expect(text).toMatch(/^\/bin\/bash: x86-64, \.eh_frame\n {2}[\d,]+ functions, [\d,]+ rows; /);
    expect(text).not.toContain("cannot be expressed");
    const { stats } = compiled.table;
    const worse = {
      ...stats,
      inexpressible: { "return-address": 2, "no-cfa": 1 },
      leftOut: { overlapping: 1 },
      cut: 1,
      full: true,
    };
    const told = summaryText("\u001b[31mevil", { ...compiled, table: { ...compiled.table, stats: worse } });
    expect(told).toContain("?[31mevil: x86-64");
    expect(told).toContain("3 rows that cannot be expressed: return-address 2, no-cfa 1\n");
    expect(told).toContain("1 function left out: overlapping 1\n");
    expect(told).toContain("1 function cut off where another begins\n");
    expect(told).toContain("the table is full");
  });

  it("of what has no table is a reason", () => {
    expect(compileFile("/etc/passwd", []).missing).toBe("is not an ELF file");
    expect(compileFile("/nonexistent", []).missing).toMatch(/^no such file/);
  });
});
