import { readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type KernelSymbolTable, parseKallsyms } from "../../symbolizer/kallsyms.ts";
import { mutations, random } from "./judges.ts";

const bytes = (text: string) => new TextEncoder().encode(text);
const kernel = (low: number) => low - 2 ** 32;

function tableOf(text: string | Uint8Array): KernelSymbolTable {
  const parsed = parseKallsyms(typeof text === "string" ? bytes(text) : text);
  if (parsed.kind !== "symbols") throw new Error(parsed.explanation);
  return parsed.table;
}

const SMALL = `ffffffff81000000 T _stext
ffffffff81000000 T startup_64
ffffffff81000100 t helper
ffffffff81000200 D data
ffffffff81000300 T last
ffffffffc0200000 t ext4_read	[ext4]
ffffffffc0200040 d ext4_data	[ext4]
ffffffffc0100000 t nf_hook	[nf_tables]
ffffffffc0300000 t bpf_prog_6deef7357e7b4530_prog	[bpf]
ffffffffc0301000 t ftrace_trampoline	[__builtin__ftrace]
`;

describe("the kernel's symbols", () => {
  const table = tableOf(SMALL);
  const name = (address: number) => {
    const symbol = table.lookup(address);
    return symbol && `${symbol.module ?? "-"} ${symbol.name}+${symbol.offset}`;
  };

  test("cover up to the next symbol of any type", () => {
    expect(name(kernel(0x81000000))).toBe("- startup_64+0");
    expect(name(kernel(0x810000ff))).toBe("- startup_64+255");
    expect(name(kernel(0x810001ff))).toBe("- helper+255");
    expect(name(kernel(0x81000200))).toBeUndefined();
    expect(name(kernel(0x80ffffff))).toBeUndefined();
    expect(name(0x1234)).toBeUndefined();
  });

  test("end with their page before another module", () => {
    expect(name(kernel(0x81000fff))).toBe("- last+3327");
    expect(name(kernel(0x81001000))).toBeUndefined();
    expect(name(kernel(0xc0100123))).toBe("nf_tables nf_hook+291");
    expect(name(kernel(0xc0101000))).toBeUndefined();
  });

  test("of modules, BPF and trampolines bear their bracket's word, in any order of the file", () => {
    expect(name(kernel(0xc020003f))).toBe("ext4 ext4_read+63");
    expect(name(kernel(0xc0200040))).toBeUndefined();
    expect(name(kernel(0xc0300010))).toBe("bpf bpf_prog_6deef7357e7b4530_prog+16");
    expect(name(kernel(0xc0301010))).toBe("__builtin__ftrace ftrace_trampoline+16");
    expect(table.range("ext4")).toEqual({ start: kernel(0xc0200000), limit: kernel(0xc0200040) });
    expect(table.range("absent")).toBeUndefined();
    expect(table.range(undefined)).toEqual({ start: kernel(0x81000000), limit: kernel(0x81001000) });
  });

  test.each([
    [["T _stext", "T real"], "real"],
    [["t local", "T global"], "global"],
    [["t __do_sys_sync", "T __ia32_sys_sync", "T __x64_sys_sync"], "__x64_sys_sync"],
    [["T __memset", "T __pi_memset", "T memset"], "memset"],
    [["T __hot_text_start", "T __pfx_first"], "__pfx_first"],
    [["T __static_call_text_start", "T __SCT__foo"], "__SCT__foo"],
    [["W weak", "t local"], "weak"],
    [["t b_first", "t a_other"], "b_first"],
  ])("at one address: of %j is %s", (lines, best) => {
    const text = lines.map((line) => `ffffffff81000000 ${line}\n`).join("");
    expect(tableOf(text).lookup(kernel(0x81000000))?.name).toBe(best);
  });

  test("hidden by kptr_restrict are told as hidden", () => {
    const parsed = parseKallsyms(bytes("0000000000000000 T _stext\n0000000000000000 T foo\t[bar]\n"));
    expect(parsed).toMatchObject({ kind: "hidden", explanation: expect.stringContaining("kptr_restrict") });
  });

  test("of a 32-bit kernel have 8 digits", () => {
    expect(tableOf("c0000000 T foo\nc0000010 T bar\n").lookup(0xc0000004)?.name).toBe("foo");
  });

  test.each([
    "",
    "\n",
    "garbage",
    "ffffffff81000000",
    "ffffffff81000000 T ",
    "ffffffff8100000g T x\n",
    "fff T x\n",
  ])("%j has none", (text) => expect(parseKallsyms(bytes(text)).kind).toBe("empty"));

  test("with names of any bytes stay one line of printable text", () => {
    const table = tableOf(
      Uint8Array.from([...bytes("ffffffff81000000 T <script>;\x1b[31m"), 0xff, 0xc3, ...bytes("\n")]),
    );
    expect(table.lookup(kernel(0x81000000))?.name).toMatch(/^<script>;$/);
    const wild = tableOf(Uint8Array.from([...bytes("ffffffff81000000 T a"), 0xff, 0x7f, ...bytes("b\n")]));
    expect(wild.lookup(kernel(0x81000000))?.name).toBe("a\ufffd\ufffdb");
  });

  test("survive any bytes", () => {
    for (const mutated of mutations(bytes(SMALL), 2000, 1)) {
      const parsed = parseKallsyms(mutated);
      if (parsed.kind === "symbols")
        for (const low of [0, 0x81000010, 0xc0200010]) parsed.table.lookup(kernel(low));
    }
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 400 }), (any) => {
        parseKallsyms(any);
      }),
    );
  });
});

describe("a million aliases", () => {
  test("do not hang a look-up", () => {
    const table = tableOf("ffffffff81000000 T foo_name\n".repeat(300_000));
    const before = performance.now();
    for (let i = 0; i < 1000; i++) table.lookup(kernel(0x81000000));
    expect(performance.now() - before).toBeLessThan(2000);
  });
});

/** Independent of the parser under test: split, BigInt, sort by comparator, linear walk. */
describe("this machine's /proc/kallsyms", () => {
  const content = readFileSync("/proc/kallsyms");
  const parsed = parseKallsyms(content);

  test("looks up as a plain reading does", () => {
    if (parsed.kind !== "symbols") {
      expect(parsed.kind).toBe("hidden");
      return;
    }
    const rows = content
      .toString("latin1")
      .trimEnd()
      .split("\n")
      .map((line) => {
        const [, address, type, name, module] = /^(\S+) (\S) (\S+)(?:\t\[(.*)\])?/.exec(line) ?? [];
        return { address: Number(BigInt.asIntN(64, BigInt(`0x${address}`))), type, name, module };
      })
      .sort((a, b) => a.address - b.address);
    expect(parsed.table.count).toBe(rows.length);
    const next = random(7);
    const text = rows.map((_, i) => i).filter((i) => /[tw]/i.test(rows[i].type));
    for (let n = 0; n < 3000; n++) {
      const at = text[Math.floor(next() * text.length)];
      const { address, module } = rows[at];
      let after = at;
      while (after < rows.length && rows[after].address === address) after++;
      const pageEnd = (Math.floor(address / 4096) + 1) * 4096;
      const end =
        after < rows.length && rows[after].module === module
          ? rows[after].address
          : Math.min(pageEnd, rows[after]?.address ?? pageEnd);
      const wanted = address + Math.floor(next() * (end - address));
      const names = rows
        .filter((row) => row.address === address && /[tw]/i.test(row.type))
        .map((row) => row.name);
      const answer = parsed.table.lookup(wanted);
      expect(names).toContain(answer?.name);
      expect(answer).toMatchObject({ module, offset: wanted - address });
    }
  });

  test("is parsed fast", () => {
    const times = Array.from({ length: 7 }, () => {
      const before = performance.now();
      parseKallsyms(content);
      return performance.now() - before;
    });
    expect(Math.min(...times)).toBeLessThan(60);
  });
});
