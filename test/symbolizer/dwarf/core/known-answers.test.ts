import { describe, expect, it } from "vitest";
import type { DwarfFrames, DwarfResolver } from "../../../../symbolizer/dwarf/dwarf-resolver.ts";
import { KnownAnswers, writeAnswers } from "../../../../symbolizer/dwarf/known-answers.ts";
import { rememberingResolver } from "../../../../symbolizer/dwarf/remembering-resolver.ts";
import { mutations } from "../../judges.ts";

/** Code in stretches of 16 bytes: in every third nothing, in the others a function with an inlined call. */
function tell(addresses: Float64Array): DwarfFrames {
  const count = addresses.length;
  const named = [...addresses]
    .map((address) => Math.floor(address / 16))
    .filter((number) => number % 3 !== 0);
  const frameStart = new Int32Array(count + 1);
  for (let i = 0; i < count; i++) {
    frameStart[i + 1] = frameStart[i] + (Math.floor(addresses[i] / 16) % 3 === 0 ? 0 : 2);
  }
  const isBare = (i: number) => frameStart[i] === frameStart[i + 1];
  return {
    frames: {
      frameStart,
      name: named.flatMap((number) => [`é${number}`, "main"]),
      enclosing: named.flatMap((number) => [[`n${number % 7}`, "T<a, b>"].slice(number % 3), []]),
      file: named.flatMap((number) => [`${number % 5}.h`, ""]),
      line: Int32Array.from(named.flatMap((number) => [number, 7])),
      column: Int32Array.from(named.flatMap(() => [3, 0])),
      startLine: Int32Array.from(named.flatMap((number) => [number - 1, 1])),
    },
    bareFile: Array.from(addresses, (_, i) => (isBare(i) ? "a.s" : "")),
    bareLine: Int32Array.from(addresses, (address, i) => (isBare(i) ? address : 0)),
    bareColumn: new Int32Array(count),
    from: Float64Array.from(addresses, (address, i) => (isBare(i) ? address : Math.floor(address / 16) * 16)),
    to: Float64Array.from(addresses, (address, i) =>
      isBare(i) ? address + 1 : Math.floor(address / 16) * 16 + 16,
    ),
  };
}

/** A store that lasts from run to run, and what the DWARF was asked for. */
function workshop(problems: string[] = []) {
  const kept: Uint8Array[] = [];
  const asked: number[][] = [];
  const dwarf: DwarfResolver = {
    lookup(addresses) {
      asked.push([...addresses]);
      return tell(addresses);
    },
    resolve: (addresses) => tell(addresses).frames,
    problems: () => problems,
  };
  const run = (addresses: Float64Array) => {
    const resolver = rememberingResolver(dwarf, {
      load: () => kept.at(-1),
      save: (content) => kept.push(content),
    });
    const answers = resolver.lookup(addresses);
    resolver.close();
    return answers;
  };
  return { kept, asked, run };
}

const stretch = (from: number, count: number, step: number) =>
  Float64Array.from({ length: count }, (_, i) => from + i * step);

describe("a run that knows what the last one was told", () => {
  it("asks only for what lies beside it, and says the same", () => {
    const { asked, run } = workshop();
    const first = stretch(-4096, 256, 24);
    expect(run(first)).toEqual(tell(first));
    expect(run(first)).toEqual(tell(first));
    expect(asked).toHaveLength(1);
    // Beside the addresses asked for, but in their reach where they are named.
    const second = stretch(-4095, 512, 16);
    const { from, to, ...answers } = run(second);
    const { from: _, to: __, ...expected } = tell(second);
    expect(answers).toEqual(expected);
    expect(asked).toHaveLength(2);
    expect(asked[1].length).toBeLessThan(second.length);
    run(Float64Array.of(...first, ...second).sort());
    expect(asked).toHaveLength(2);
  });

  it("keeps nothing for a few addresses, and nothing of what is damaged", () => {
    const few = workshop();
    few.run(stretch(16, 10, 16));
    expect(few.kept).toEqual([]);
    const damaged = workshop(["has damaged debug information"]);
    damaged.run(stretch(16, 1000, 16));
    expect(damaged.kept).toEqual([]);
  });

  it("keeps as much as it may, the newest first", () => {
    const known = KnownAnswers.read(writeAnswers([tell(stretch(0, 100, 16))], undefined));
    const both = KnownAnswers.read(writeAnswers([tell(stretch(1600, 100, 16))], known, 130));
    expect(both?.count).toBe(130);
    expect([both?.find(16), both?.find(1584), both?.find(1616), both?.find(3184)]).toEqual([1, -1, 31, 129]);
  });
});

describe("bytes of a cache", () => {
  it("that were changed give answers within bounds, or none", () => {
    const whole = writeAnswers([tell(stretch(-512, 64, 24))], undefined);
    let sound = 0;
    let wrong = 0;
    const flipped = Array.from(whole, (byte, at) => whole.slice().fill(byte ^ 0x41, at, at + 1));
    for (const bytes of [...mutations(whole, 3000, 3), ...flipped]) {
      const known = KnownAnswers.read(bytes);
      if (known === undefined) continue;
      sound++;
      for (let address = -600; address < 1200; address += 7) {
        const index = known.find(address);
        if (index < 0) continue;
        const ids = [known.bareFile[index]];
        for (let f = known.frameStart[index]; f < known.frameStart[index + 1]; f++) {
          ids.push(known.name[f], known.file[f]);
          if (known.enclosing(f).some((name) => name.includes("\0"))) wrong++;
        }
        for (const id of ids) if (typeof known.string(id) !== "string") wrong++;
      }
    }
    expect(wrong).toBe(0);
    expect(sound).toBeGreaterThan(0);
  });

  it("of another kind are none", () => {
    expect(KnownAnswers.read(new Uint8Array(0))).toBeUndefined();
    expect(KnownAnswers.read(new Uint8Array(16).fill(255))).toBeUndefined();
    expect(KnownAnswers.read(Buffer.from("any text of any length at all"))).toBeUndefined();
  });
});
