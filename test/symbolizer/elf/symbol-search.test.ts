import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { memorySource } from "../../../symbolizer/byte-source.ts";
import { readElf } from "../../../symbolizer/elf/elf-file.ts";
import { elfResolver } from "../../../symbolizer/elf/elf-resolver.ts";
import { type ElfDescription, type SymbolDescription, writeElf } from "../elf-writer.ts";

const TEXT = { address: 0x1000, offset: 0x1000, size: 0x200 };

/** Names of addresses (ascending), "-" for none. */
function names(symbols: SymbolDescription[], addresses: number[], more: ElfDescription = {}): string[] {
  const elf = readElf(memorySource(writeElf({ text: TEXT, symbols, ...more })));
  const { frameStart, name } = elfResolver(elf).resolve(Float64Array.from(addresses));
  return addresses.map((_, i) => (frameStart[i] < frameStart[i + 1] ? name[frameStart[i]] : "-"));
}

describe("the symbol that names an address", () => {
  test("covers it by its size", () => {
    const symbols = [
      { name: "b", value: 0x1010, size: 0x10 },
      { name: "a", value: 0x1000, size: 8 },
    ];
    expect(names(symbols, [0xfff, 0x1000, 0x1007, 0x1008, 0x1010, 0x101f, 0x1020])).toEqual([
      "-",
      "a",
      "a",
      "-",
      "b",
      "b",
      "-",
    ]);
  });

  test("is the innermost of nested ones", () => {
    const symbols = [
      { name: "outer", value: 0x1000, size: 0x100 },
      { name: "inner", value: 0x1040, size: 0x10 },
    ];
    expect(names(symbols, [0x1000, 0x1040, 0x1050])).toEqual(["outer", "inner", "outer"]);
  });

  test("without size reaches to the next symbol of its section or the section's end", () => {
    const symbols: SymbolDescription[] = [
      { name: "_start", value: 0x1000, type: "notype" },
      { name: "asm_entry", value: 0x1040 },
      { name: "sized", value: 0x1080, size: 0x10 },
    ];
    expect(names(symbols, [0x1000, 0x103f, 0x1040, 0x107f, 0x108f, 0x1090, 0x11ff, 0x1200])).toEqual([
      "_start",
      "_start",
      "asm_entry",
      "asm_entry",
      "sized",
      "-",
      "-",
      "-",
    ]);
    expect(names([{ name: "last", value: 0x1100 }], [0x11ff, 0x1200])).toEqual(["last", "-"]);
  });

  test("has a size rather than none, even when it starts further away", () => {
    const symbols: SymbolDescription[] = [
      { name: "function", value: 0x1000, size: 0x40 },
      { name: ".Llabel", value: 0x1020, type: "notype", binding: "local" },
    ];
    expect(names(symbols, [0x1030])).toEqual(["function"]);
  });

  test.each<[string, SymbolDescription[], string]>([
    [
      "global before weak before local",
      [
        { name: "l", value: 0x1000, size: 8, binding: "local" },
        { name: "weak_one", value: 0x1000, size: 8, binding: "weak" },
        { name: "__global_one", value: 0x1000, size: 8 },
      ],
      "__global_one",
    ],
    [
      "a function before a label",
      [
        { name: "label", value: 0x1000, size: 8, type: "notype" },
        { name: "local_function", value: 0x1000, size: 8, binding: "local" },
      ],
      "local_function",
    ],
    [
      "fewer leading underscores",
      [
        { name: "__read", value: 0x1000, size: 8 },
        { name: "read_nocancel", value: 0x1000, size: 8 },
      ],
      "read_nocancel",
    ],
    [
      "the shorter name, also where sizes differ",
      [
        { name: "memcpy_alias", value: 0x1000, size: 16 },
        { name: "memcpy", value: 0x1000, size: 8 },
      ],
      "memcpy",
    ],
  ])("of aliases is %s", (_, symbols, best) => {
    expect(names(symbols, [0x1004])).toEqual([best]);
    expect(names(symbols.toReversed(), [0x1004])).toEqual([best]);
  });

  test("is code: no data, no file, no thread-local, nothing undefined, no label in data", () => {
    const symbols: SymbolDescription[] = [
      { name: "data", value: 0x1000, size: 8, type: "object" },
      { name: "file.c", value: 0x1000, size: 8, type: "file" },
      { name: "tls", value: 0x1000, size: 8, type: "tls" },
      { name: "undefined", value: 0x1000, size: 8, section: 0 },
      { name: "table", value: 0x1000, size: 8, type: "notype", section: 2 },
      { name: "", value: 0x1000, size: 8 },
    ];
    expect(names(symbols, [0x1004])).toEqual(["-"]);
    expect(names([{ name: "chosen", value: 0x1000, size: 8, type: "ifunc" }], [0x1004])).toEqual(["chosen"]);
  });

  test("is no mapping symbol, where machines have those", () => {
    const symbols: SymbolDescription[] = [
      { name: "$x", value: 0x1000, type: "notype", binding: "local" },
      { name: "function", value: 0x1000 },
      { name: "$d", value: 0x1010, type: "notype", binding: "local" },
      { name: "$x.3", value: 0x1018, type: "notype", binding: "local" },
    ];
    expect(names(symbols, [0x1000, 0x1014, 0x1020], { machine: 183 })).toEqual([
      "function",
      "function",
      "function",
    ]);
    expect(names([{ name: "$dollar", value: 0x1000, type: "notype" }], [0x1000])).toEqual(["$dollar"]);
  });

  test("may have any bytes in its name", () => {
    const wild = Uint8Array.from([0x3c, 0x73, 0x3e, 0x3b, 0x0a, 0xff, 0x1b]);
    const symbols = [
      { name: wild, value: 0x1000, size: 8 },
      { name: "n".repeat(200_000), value: 0x1008, size: 8 },
    ];
    const [first, second] = names(symbols, [0x1000, 0x1008]);
    expect(first).toBe("<s>;\ufffd\ufffd\ufffd");
    expect(second).toHaveLength(64 * 1024);
  });

  test("is the one that a plain search finds, whatever overlaps", () => {
    const symbol = fc.record({
      value: fc.integer({ min: 0x1000, max: 0x11ff }),
      size: fc.nat(40),
      binding: fc.constantFrom("local" as const, "global" as const, "weak" as const),
      type: fc.constantFrom("func" as const, "notype" as const),
    });
    fc.assert(
      fc.property(
        fc.array(symbol, { maxLength: 40 }),
        fc.uniqueArray(fc.integer({ min: 0x0ff0, max: 0x1210 }), { maxLength: 40 }),
        (list, wanted) => {
          const symbols = list.map((one, i) => ({ ...one, name: `f${String(i).padStart(2, "0")}` }));
          const sorted = wanted.sort((a, b) => a - b);
          expect(names(symbols, sorted)).toEqual(sorted.map((address) => plainSearch(symbols, address)));
        },
      ),
      { numRuns: 300 },
    );
  });

  test("is found fast though every symbol covers every address", () => {
    const symbols = Array.from({ length: 100_000 }, (_, i) => ({
      name: "s",
      value: 0x1000 + (i % 16),
      size: 0x1f0,
    }));
    const wanted = Array.from({ length: 400 }, (_, i) => 0x1010 + i);
    const before = performance.now();
    names(symbols, wanted);
    expect(performance.now() - before).toBeLessThan(5000);
  });
});

/** The rules of `symbol-search.ts`, by looking at every symbol for every address. */
function plainSearch(
  symbols: { name: string; value: number; size: number; binding: string; type: string }[],
  address: number,
): string {
  const bindings = ["global", "weak", "local"];
  const rank = (symbol: (typeof symbols)[number]) =>
    -symbol.value * 100 + (symbol.type === "func" ? 0 : 10) + bindings.indexOf(symbol.binding);
  const best = (list: typeof symbols) => list.toSorted((a, b) => rank(a) - rank(b))[0]?.name;
  const sized = symbols.filter((s) => s.size > 0 && s.value <= address && address < s.value + s.size);
  if (sized.length > 0) return best(sized) ?? "-";
  if (address < 0x1000 || address >= 0x1200) return "-";
  const edges = symbols.flatMap((s) => (s.size > 0 ? [s.value, s.value + s.size] : [s.value]));
  const nearest = Math.max(...edges.filter((edge) => edge <= address));
  return best(symbols.filter((s) => s.size === 0 && s.value === nearest)) ?? "-";
}
