import { readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, test, vi } from "vitest";
import { memorySource } from "../../../symbolizer/byte-source.ts";
import { type ElfFile, readElf } from "../../../symbolizer/elf/elf-file.ts";
import { sectionName } from "../../../symbolizer/elf/strings.ts";
import { compileUnwindTable } from "../../../symbolizer/unwind/compile-table.ts";
import { executableSegments } from "../../../symbolizer/unwind/executable-segments.ts";
import { CodeSequence } from "../../../symbolizer/unwind/go/code-pattern.ts";
import { goStackRules } from "../../../symbolizer/unwind/go/stack-rules.ts";
import { Cfa } from "../../../symbolizer/unwind/rule.ts";
import { lookUp, type UnwindTable } from "../../../symbolizer/unwind/unwind-table.ts";
import { buildGo, GO_WAYS, STRIPPED } from "../../setup/build-go.ts";
import { open, value } from "../debug-files/workshop.ts";
import { judge } from "../judges.ts";
import { agree } from "./agree.ts";
import { switchingFunctions, symbols } from "./go-switching.ts";
import { wordsOf } from "./words.ts";

/**
 * Programs of this machine's Go, built in all ways. Judges: objdump for where the runtime calls on its own stack, gdb for where
 * what is in its structures, readelf for all other code.
 */
vi.setConfig({ testTimeout: 120_000 });

const SHARED: (typeof GO_WAYS)[number] = ["a shared library", "callback.go", ".so", ["-buildmode=c-shared"]];

/** Each row with its rule, whatever its index. */
function rowsOf(table: UnwindTable): string[] {
  return Array.from(table.rowStarts, (start) => `${start} ${Object.values(lookUp(table, start)).join(" ")}`);
}

/** Return addresses of the calls in a function that match, in order. */
function returns(path: string, name: string, call: RegExp): number[] {
  const text = judge("objdump", ["-d", "--no-show-raw-insn", `--disassemble=${name}`, path]);
  const lines = [...text.matchAll(/^ +([0-9a-f]+):\t(.*)$/gm)];
  return lines.flatMap(([, , instruction], index) =>
    call.test(instruction) ? [Number.parseInt(lines[index + 1][1], 16)] : [],
  );
}

/** Offsets in the runtime's structures. */
function offsets(path: string): Record<"m" | "curg" | "sp" | "note" | "end", number> {
  const places = ["g.m", "m.curg", "g.sched.sp", "m.vdsoSP", "g.stack.hi"].map((place) => {
    const [type, ...members] = place.split(".");
    return ["-ex", `print (long)&(('runtime.${type}' *)0)->${members.join(".")}`];
  });
  const text = judge("gdb", ["-q", "-nx", "-batch", "-ex", "set language c", ...places.flat(), path]);
  const [m, curg, sp, note, end] = [...text.matchAll(/^\$\d+ = (\d+)$/gm)].map(([, number]) =>
    Number(number),
  );
  return { m, curg, sp, note, end };
}

/** The words of the rule that a return address is walked by. */
function words(table: UnwindTable, returned: number): string {
  const { cfa, ra } = wordsOf(lookUp(table, returned - 1), table.machine);
  return `${cfa} ${ra}`;
}

describe("where Go's runtime comes back to a goroutine's stack", () => {
  test.each(GO_WAYS)("%s", (_what, source, suffix, flags) => {
    const path = buildGo(source, suffix, ...flags);
    const table = value(compileUnwindTable(open(path)));
    const names = symbols(path);
    const { m, curg, sp, note, end } = offsets(path);
    const goroutine = `*(*(*(*(t-8)+${m})+${curg})+${sp})`;
    const at = (name: string, call: RegExp) => returns(path, name, call).map((each) => words(table, each));

    expect(at("runtime.systemstack.abi0", /^call +\*%rdi/)).toEqual([`${goroutine}+8 c-8`]);
    expect(at("runtime.mcall", /^call +\*%r12/)).toEqual(["rsp+8 u"]);
    const begins = at("runtime.rt0_go.abi0", /^call .*runtime\.(check|args|schedinit|newproc|mstart)/);
    expect(begins).toEqual(["rsp+8 u", "rsp+8 u", "rsp+8 u", "rsp+8 u", "rsp+8 u"]);
    expect(at("runtime.morestack.abi0", /^call .*newstack/)).toEqual([`${goroutine} called`]);
    expect(at("runtime.clone.abi0", /^call +\*%r12/)).toEqual(["rsp+8 u"]);
    const clock = `*(*(*(t-8)+${m})+${note})+0 c-8`;
    expect(at("runtime.nanotime1.abi0", /^call +\*%rax/)).toEqual([clock]);
    expect(at("time.now", /^call +\*%rax/)).toEqual([clock, clock]);
    const depth = [`*(*(rsp+48)+${end})-*(rsp+40)+8 c-8`, "*(rsp+40)+8 c-8"];
    expect(at("runtime.asmcgocall.abi0", /^call +\*%rax/)).toEqual(depth);
    if (source === "callback.go")
      expect(at("crosscall_amd64", /^call +\*/)).toEqual(["rsp+56 c-8", "rsp+56 c-8"]);

    const address = (name: string) => names.get(name) ?? Number.NaN;
    expect(words(table, address("runtime.goexit.abi0") + 1)).toBe("rsp+8 u");
    expect(words(table, address("runtime.sigreturn.abi0"))).toBe("signal *(rsp+160) *(rsp+168)");
    expect(words(table, address("runtime.systemstack_switch.abi0"))).toBe("rsp+8 c-8");
  });

  test.each(GO_WAYS)(
    "%s: all other code is as its call frame information says",
    (_what, source, suffix, flags) => {
      const path = buildGo(source, suffix, ...flags);
      const { differences, rows } = agree(
        value(compileUnwindTable(open(path))),
        path,
        switchingFunctions(path),
      );
      expect(differences).toEqual([]);
      expect(rows).toBeGreaterThan(5000);
    },
  );

  test("in a shared library, whose place for g the loader chooses, no rule can tell it, and none is made up", () => {
    const path = buildGo("callback.go", ".so", "-buildmode=c-shared");
    const table = value(compileUnwindTable(open(path)));
    const at = (name: string, call: RegExp) => returns(path, name, call).map((each) => words(table, each));
    expect(at("runtime.systemstack.abi0", /^call +\*%rdi/)).toEqual(["inexpressible c+0"]);
    expect(at("runtime.nanotime1.abi0", /^call +\*%rax/)).toEqual(["inexpressible c+0"]);
    expect(at("runtime.morestack.abi0", /^call .*newstack/)).toEqual(["rsp+8 u"]);
    expect(at("runtime.asmcgocall.abi0", /^call +\*%rax/)[0]).toMatch(/^\*\(\*\(rsp/);
  });

  test.each([...GO_WAYS, SHARED])(
    "%s: stripped, it has the same table, by that of Go's runtime",
    (_what, source, suffix, flags) => {
      const expected = value(compileUnwindTable(open(buildGo(source, suffix, ...flags))));
      const path = buildGo(source, `${suffix}-stripped`, ...flags, STRIPPED);
      const table = value(compileUnwindTable(open(path)));
      expect(table.stats.sections).toContain(".gopclntab");
      expect(table.stats.fdes).toBe(expected.stats.fdes);
      expect(rowsOf(table)).toEqual(rowsOf(expected));

      // Without section headers, too.
      const bytes = readFileSync(path);
      bytes.writeBigUInt64LE(0n, 40);
      bytes.writeUInt16LE(0, 60);
      expect(rowsOf(value(compileUnwindTable(readElf(memorySource(bytes)))))).toEqual(rowsOf(table));
    },
  );

  test("any bytes in that table give rows in order", () => {
    const original = readFileSync(buildGo("work.go", "-stripped", STRIPPED));
    const from = original.indexOf(Buffer.from("f0ffffff00000108", "hex"));
    const spoilt = fc.record({ offset: fc.nat(600_000), byte: fc.nat(255) });
    fc.assert(
      fc.property(fc.array(spoilt, { minLength: 1, maxLength: 3000 }), (all) => {
        const bytes = Buffer.from(original);
        // The header stays, or there is nothing to see.
        for (const { offset, byte } of all) bytes[from + 72 + offset] = byte;
        const table = compileUnwindTable(readElf(memorySource(bytes))).found;
        for (let row = 1; row < (table?.rowStarts.length ?? 0); row++)
          expect(table?.rowStarts[row]).toBeGreaterThan(table?.rowStarts[row - 1] ?? Number.NaN);
      }),
      { numRuns: 25 },
    );
  });

  test("the same bytes in another linker's file mean nothing", () => {
    const elf = readElf(memorySource(readFileSync(buildGo("work.go"))));
    const sections = elf.sections.filter((section) => !/\.go|pclntab/.test(sectionName(elf, section)));
    const toOtherStacks = (file: ElfFile) => {
      const table = value(compileUnwindTable(file));
      const kinds = Array.from(table.rowStarts, (start) => lookUp(table, start)?.cfa ?? 0);
      return kinds.filter((cfa) => cfa >= Cfa.goroutine).length;
    };
    expect(goStackRules(elf, executableSegments(elf)).length).toBeGreaterThan(8);
    expect(toOtherStacks(elf)).toBeGreaterThan(4);
    expect(toOtherStacks({ ...elf, sections })).toBe(0);
  });

  test("any bytes among them give rules in order, within the code", () => {
    const original = readFileSync(buildGo("work.go"));
    const elf = readElf(memorySource(original));
    const rules = goStackRules(elf, executableSegments(elf));
    const [segment] = executableSegments(elf);
    const inFile = (address: number) => address - segment.address + segment.fileOffset;
    const spoilt = fc.record({
      rule: fc.nat(rules.length - 1),
      offset: fc.integer({ min: -40, max: 80 }),
      byte: fc.nat(255),
    });
    fc.assert(
      fc.property(fc.array(spoilt, { minLength: 1, maxLength: 30 }), (all) => {
        const bytes = Buffer.from(original);
        for (const { rule, offset, byte } of all) bytes[inFile(rules[rule].start) + offset] = byte;
        const elf = readElf(memorySource(bytes));
        let last = 0;
        for (const { start, end } of goStackRules(elf, [segment])) {
          expect(start).toBeGreaterThanOrEqual(last);
          expect(end).toBeGreaterThan(start);
          last = end;
        }
        expect(compileUnwindTable(elf).found).toBeDefined();
      }),
      { numRuns: 25 },
    );
  });
});

describe("patterns of code", () => {
  const code = (text: string) => Buffer.from(text.replaceAll(" ", ""), "hex");

  test("bytes, and numbers that are the same wherever they have one name", () => {
    const sequence = new CodeSequence("48 8b 58 m:1", ["90", ""], "e8 far:4", "48 89 58 m:1");
    const numbers = new Map<string, number>();
    expect(sequence.endOf(code("48 8b 58 f8  e8 fe ff ff ff  48 89 58 f8"), 0, numbers)).toBe(13);
    expect([...numbers]).toEqual([
      ["m", -8],
      ["far", -2],
    ]);
    expect(sequence.endOf(code("cc 48 8b 58 f8 90 e8 00 00 00 80 48 89 58 f8"), 1, new Map())).toBe(15);
    expect(sequence.endOf(code("48 8b 58 f8  e8 fe ff ff ff  48 89 58 f0"), 0, new Map())).toBe(-1);
    expect(sequence.endOf(code("48 8b 58 f8  e8 fe ff ff ff  48 89 58"), 0, new Map())).toBe(-1);
    expect(sequence.endOf(code("48 8b 58 f8"), -1, new Map())).toBe(-1);
  });
});
