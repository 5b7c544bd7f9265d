import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { memorySource } from "../../symbolizer/byte-source.ts";
import { perfMapResolver } from "../../symbolizer/perf-map.ts";
import { mutations } from "./judges.ts";

const source = (text: string) => memorySource(new TextEncoder().encode(text));

/** Names for addresses (ascending), "-" for none. */
function names(text: string | Uint8Array, addresses: number[], maxBytes?: number): string[] {
  const resolver = perfMapResolver(typeof text === "string" ? source(text) : memorySource(text), maxBytes);
  const { frameStart, name } = resolver.resolve(Float64Array.from(addresses));
  return addresses.map((_, i) => (frameStart[i] < frameStart[i + 1] ? name[frameStart[i]] : "-"));
}

describe("a perf map", () => {
  test("names addresses within start and size", () => {
    const text = "1000 10 first\n1010 8 JS:*busy file:///a b.mjs:3:5\n7fff00001000 20 far\n";
    expect(names(text, [0xfff, 0x1000, 0x100f, 0x1010, 0x1017, 0x1018, 0x7fff00001000])).toEqual([
      "-",
      "first",
      "first",
      "busy a b.mjs:3",
      "busy a b.mjs:3",
      "-",
      "far",
    ]);
  });

  test("lets later lines win where lines overlap", () => {
    const text = "1000 100 old\n1040 20 new\n1050 4 newest\n1000 8 head\n";
    expect(names(text, [0x1000, 0x1008, 0x1040, 0x1050, 0x1054, 0x1060])).toEqual([
      "head",
      "old",
      "new",
      "newest",
      "new",
      "old",
    ]);
  });

  test("passes over malformed lines and counts them", () => {
    const text =
      "nonsense\n1000 10\n1000  10 two blanks\n\n-5 10 x\n11112222333344445 1 long\n0x2000 0x10 good\n3000 0 empty";
    const resolver = perfMapResolver(source(text));
    const { name } = resolver.resolve(Float64Array.of(0x1000, 0x2000, 0x3000));
    expect(name).toEqual(["good"]);
    expect(resolver.malformedLines).toBe(5);
  });

  test("needs no newline at its end and keeps blanks, semicolons and markup in names", () => {
    expect(names("1000 10 a;b <script>alert(1)</script> ", [0x1000])).toEqual([
      "a;b <script>alert(1)</script> ",
    ]);
  });

  test("makes control characters and invalid UTF-8 visible", () => {
    const bytes = Uint8Array.from([...new TextEncoder().encode("1000 10 \x1b[2Jx\r"), 0xff, 0x0a]);
    expect(names(bytes, [0x1000])).toEqual(["\ufffd[2Jx\ufffd\ufffd"]);
  });

  test("is read from its end when too long, from the next whole line on", () => {
    const text = `${"1000 10 early\n".repeat(10)}1000 10 late\n2000 10 later\n`;
    expect(names(text, [0x1000, 0x2000], 30)).toEqual(["late", "later"]);
    expect(names(text, [0x1000, 0x2000], 20)).toEqual(["-", "later"]);
    expect(perfMapResolver(source(text), 30).cut).toBe(true);
  });

  test("agrees with a plain reading, whatever overlaps and wherever pieces end", () => {
    const line = fc.record({ start: fc.nat(200), size: fc.nat(60) });
    fc.assert(
      fc.property(
        fc.array(line, { maxLength: 60 }),
        fc.uniqueArray(fc.nat(260), { maxLength: 40 }),
        (lines, wanted) => {
          const text = lines.map((l, i) => `${l.start.toString(16)} ${l.size.toString(16)} f${i}\n`).join("");
          const sorted = wanted.sort((a, b) => a - b);
          const expected = sorted.map((address) => {
            const index = lines.findLastIndex((l) => address >= l.start && address < l.start + l.size);
            return index < 0 ? "-" : `f${index}`;
          });
          expect(names(text, sorted)).toEqual(expected);
        },
      ),
    );
  });

  test("survives any bytes", () => {
    const text = new TextEncoder().encode("1000 10 first\n0x2000 8 second\n7fff00001000 20 far\n");
    for (const mutated of mutations(text, 2000, 3)) names(mutated, [0x1000, 0x2000, 0x7fff00001000]);
    fc.assert(fc.property(fc.uint8Array({ maxLength: 300 }), (any) => void names(any, [0, 1, 0x1000])));
  });

  test("whose every line covers every address costs little more than its length", () => {
    const text = "0 ffffffff x\n".repeat(500_000);
    const wanted = Array.from({ length: 10_000 }, (_, i) => i);
    const before = performance.now();
    expect(new Set(names(text, wanted))).toEqual(new Set(["x"]));
    expect(performance.now() - before).toBeLessThan(5000);
  });
});
