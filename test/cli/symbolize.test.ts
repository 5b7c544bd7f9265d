import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { answerAll, jsonLine, textLines } from "../../cli/symbolize/answer.ts";
import { parseAddresses, shownAddress } from "../../cli/symbolize/asked-addresses.ts";
import { inputBatches } from "../../cli/symbolize/input-batches.ts";
import { LineSplitter } from "../../cli/symbolize/line-splitter.ts";
import type { Resolver } from "../../symbolizer/resolver.ts";

/** 0x10: `_skip` inlined into `parse`; 0x20: `main` without a file; the rest unknown. */
function resolver(asked: number[][] = []): Resolver {
  return {
    resolve(addresses) {
      asked.push([...addresses]);
      const frames = {
        name: [] as string[],
        file: [] as string[],
        line: [] as number[],
        column: [] as number[],
      };
      const frameStart = [0];
      const add = (name: string, file: string, line: number, column: number) => {
        frames.name.push(name);
        frames.file.push(file);
        frames.line.push(line);
        frames.column.push(column);
      };
      for (const address of addresses) {
        if (address === 0x10) {
          add("_skip", "src/a.h", 14, 3);
          add("parse", "src/\u001b[31ma.c", 42, 0);
        } else if (address === 0x20) add("main", "", 0, 0);
        frameStart.push(frames.name.length);
      }
      return {
        frameStart: Int32Array.from(frameStart),
        name: frames.name,
        file: frames.file,
        line: Int32Array.from(frames.line),
        column: Int32Array.from(frames.column),
      };
    },
  };
}

const demangle = (name: string) => name.replace(/^_/, "");
const answers = (texts: string[], format = textLines(demangle), asked?: number[][]) =>
  [...answerAll(parseAddresses(texts), resolver(asked), format)].join("");
const jsonLines = (texts: string[], asked?: number[][]) =>
  answers(texts, jsonLine(demangle), asked)
    .split(/(?<=\n)/)
    .filter((line) => line !== "");

describe("addresses", () => {
  it.each([
    ["401136", "0x401136", 0x401136],
    ["0x0000000000401136", "0x401136", 0x401136],
    ["0XFFFFFFFF81000000", "0xffffffff81000000", -0x7f000000],
    ["0", "0x0", 0],
    ["000", "0x0", 0],
    ["8000000000000000", "0x8000000000000000", Number.NaN],
  ])("%s", (text, shown, value) => {
    const asked = parseAddresses(["10", text]);
    expect([asked.values[1], shownAddress(asked, 1)]).toEqual([value, shown]);
    expect(asked.without.get(1)?.error).toBeUndefined();
  });

  it.each(["", "main", "0x", "-1", "12 34", "1".repeat(17), "0x1g", "１"])("%j is none", (text) => {
    const { values, without } = parseAddresses([text]);
    expect(values).toEqual(new Float64Array([Number.NaN]));
    expect(without.get(0)?.error).toMatch(/not a hexadecimal address/);
  });

  it("of any text never throw, and long text is cut", () => {
    const shown = (text: string) => shownAddress(parseAddresses([text]), 0);
    fc.assert(fc.property(fc.string(), (text) => shown(text).length <= 82));
    expect(shown("z".repeat(1000)).length).toBeLessThan(100);
  });

  it("of any value are shown as they were given, without leading zeros", () => {
    fc.assert(
      fc.property(fc.bigInt({ min: 0n, max: (1n << 64n) - 1n }), (address) => {
        const text = `0x${address.toString(16)}`;
        expect(shownAddress(parseAddresses([text]), 0)).toBe(text);
      }),
    );
  });
});

describe("lines of standard input", () => {
  it("are the same however they are cut into chunks", () => {
    fc.assert(
      fc.property(fc.array(fc.stringMatching(/^[0-9a-f]{0,9}\n?$/)), (chunks) => {
        const splitter = new LineSplitter();
        const lines = [...chunks.flatMap((chunk) => splitter.push(chunk)), ...splitter.end()];
        const whole = chunks.join("");
        expect(lines).toEqual(
          whole.endsWith("\n") || whole === "" ? whole.split("\n").slice(0, -1) : whole.split("\n"),
        );
      }),
    );
  });

  it("without an end take no memory", () => {
    const splitter = new LineSplitter();
    for (let i = 0; i < 100; i++) expect(splitter.push("a".repeat(100_000))).toEqual([]);
    expect(splitter.end()[0].length).toBeLessThan(5000);
  });
});

describe("batches of standard input", () => {
  async function batchesOf(...pieces: (string | Promise<string>)[]): Promise<number[]> {
    async function* input() {
      for (const piece of pieces) yield await piece;
    }
    const lengths: number[] = [];
    for await (const batch of inputBatches(input())) lengths.push(batch.length);
    return lengths;
  }
  const later = (text: string, milliseconds: number) =>
    new Promise<string>((resolve) => setTimeout(resolve, milliseconds, text));

  it("are single lines as they come, and all that comes at once", async () => {
    expect(await batchesOf("10\n", "20\n")).toEqual([3, 3]);
    expect(await batchesOf("1".repeat(4096), "1".repeat(4096), "20\n")).toEqual([8195]);
    expect(await batchesOf()).toEqual([]);
  });

  it("do not wait for what may never come, nor grow without end", async () => {
    expect(await batchesOf("1".repeat(4096), later("20\n", 200))).toEqual([4096, 3]);
    const piece = "1".repeat(1 << 16);
    expect(await batchesOf(...new Array(40).fill(piece))).toEqual([1 << 20, 1 << 20, 8 << 16]);
  });
});

describe("answers", () => {
  it("come in the order asked, while the resolver is asked once, ascending, each once", () => {
    const asked: number[][] = [];
    const names = jsonLines(["20", "10", "oops", "20", "30"], asked).map((line) =>
      JSON.parse(line)
        .frames.map((frame: { function: string }) => frame.function)
        .join("<"),
    );
    expect(names).toEqual(["main", "skip<parse", "", "main", ""]);
    expect(asked).toEqual([[0x10, 0x20, 0x30]]);
  });

  it("as text: a line a frame, whatever the names hold", () => {
    expect(answers(["10", "20", "30", "\u001b]0;x"])).toBe(
      [
        "0x10  skip at src/a.h:14:3",
        "      inlined into parse at src/?[31ma.c:42",
        "0x20  main",
        "0x30  unknown",
        "?]0;x  is not a hexadecimal address of at most 64 bits",
        "",
      ].join("\n"),
    );
  });

  it("as JSON: one line an address", () => {
    const [first, second, third, fourth] = jsonLines(["10", "20", "30", "x"]);
    expect(JSON.parse(first)).toEqual({
      address: "0x10",
      frames: [
        { function: "skip", linkageName: "_skip", file: "src/a.h", line: 14, column: 3, inlined: true },
        {
          function: "parse",
          linkageName: null,
          file: "src/\u001b[31ma.c",
          line: 42,
          column: null,
          inlined: false,
        },
      ],
    });
    expect(JSON.parse(second).frames[0]).toMatchObject({ function: "main", file: null, line: null });
    expect(third).toBe('{"address":"0x30","frames":[]}\n');
    expect(JSON.parse(fourth)).toMatchObject({
      address: "x",
      frames: [],
      error: expect.stringMatching(/hexadecimal/),
    });
  });

  it("of no address ask nothing wrong", () => {
    expect(answers([])).toBe("");
  });
});
