import fc from "fast-check";
import { Profile as JudgeProfile, StringTable as JudgeStrings } from "pprof-format";
import { describe, expect, it } from "vitest";
import { findDamage } from "../../../profile/check-profile.ts";
import { ProfileFormatError } from "../../../profile/format-error.ts";
import { decodePprof, encodePprof } from "../../../profile/formats/pprof.ts";
import { toInt64 } from "../../../profile/formats/protobuf-writer.ts";
import { arbitraryProfile } from "../arbitrary-profile.ts";
import { contentOf } from "../content.ts";
import { expectNoHarm } from "../damage.ts";
import { contentOfJudge } from "../judge.ts";
import { drawTree, picture, profileOf } from "../picture.ts";

/** A judge's profile with one sample type and whatever is given; text fields index `strings`, from 1 on. */
function judged(strings: string[], data: ConstructorParameters<typeof JudgeProfile>[0]): Uint8Array {
  const stringTable = new JudgeStrings();
  for (const text of strings) stringTable.dedup(text);
  const type = stringTable.dedup("samples");
  return new JudgeProfile({ stringTable, sampleType: [{ type }], ...data }).encode();
}

/** A message of raw fields: `[field number, varint value or bytes]`. */
function message(...fields: [number, number | number[] | Uint8Array][]): Uint8Array {
  return Uint8Array.from(
    fields.flatMap(([field, value]) =>
      typeof value === "number" ? [field * 8, value] : [field * 8 + 2, value.length, ...value],
    ),
  );
}

const STRINGS: [number, number[]] = [6, []];
const TYPE: [number, number[]] = [1, []];

describe("encodePprof and decodePprof", () => {
  it("read what they write", () => {
    fc.assert(
      fc.property(arbitraryProfile, (profile) => {
        const back = decodePprof(encodePprof(profile));
        expect(findDamage(back)).toBeUndefined();
        expect(contentOf(back)).toEqual(contentOf(profile));
      }),
      { numRuns: 300 },
    );
  });

  it("write what pprof-format reads, and read what it writes", () => {
    fc.assert(
      fc.property(arbitraryProfile, (profile) => {
        // pprof-format drops byte order marks; ours are kept, as another test shows.
        profile.strings = profile.strings.map((text) => text.replace("\ufeff", "mark "));
        profile.comments = profile.comments.map((text) => text.replace("\ufeff", "mark "));
        for (const valueType of profile.sampleTypes) {
          valueType.type = valueType.type.replace("\ufeff", "mark ");
          valueType.unit = valueType.unit.replace("\ufeff", "mark ");
        }
        const judge = JudgeProfile.decode(encodePprof(profile));
        expect(contentOfJudge(judge)).toEqual(contentOf(profile));
        expect(contentOf(decodePprof(judge.encode()))).toEqual(contentOf(profile));
      }),
      { numRuns: 300 },
    );
  });

  it("give the same bytes for the same profile", () => {
    const profile = profileOf("comm=a pid=1 | main@/bin/a;work 1 2");
    expect(encodePprof(profile)).toEqual(encodePprof(profile));
  });

  it("keep a zero number label apart from no label", () => {
    const back = decodePprof(encodePprof(profileOf(`slice#=0 | a 1\n | b 2`)));
    expect(contentOf(back).samples.map((text) => text.split(" | ")[1])).toEqual(["slice#=0", ""]);
  });

  it("keep a stack of 100,000 frames", () => {
    const depth = 100_000;
    const profile = profileOf(`main${";recurse".repeat(depth)} 7`);
    const back = decodePprof(encodePprof(profile));
    expect(back.stacks.length).toBe(depth + 1);
    expect(back.samples.stack[0]).toBe(depth);
  });

  it("round fractions, and write what is no number as 0", () => {
    const profile = profileOf("a 1\nb 2\nc 3\nd 4");
    profile.samples.values[0].set([1.6, Number.NaN, Number.POSITIVE_INFINITY, -0]);
    const [values] = decodePprof(encodePprof(profile)).samples.values;
    expect([...values]).toEqual([2, 0, 2 ** 63 - 1024, 0]);
  });

  it("keep addresses as far as 64 bits do, whatever number stands there", () => {
    const odd = [
      2 ** 64,
      -(2 ** 64),
      Number.NaN,
      Number.POSITIVE_INFINITY,
      Number.NEGATIVE_INFINITY,
      -8,
      0.5,
    ];
    fc.assert(
      fc.property(fc.array(fc.oneof(fc.double(), fc.constantFrom(...odd)), { minLength: 1 }), (numbers) => {
        const profile = profileOf(numbers.map((_, at) => `f${at} 1`).join("\n"));
        const { locations, mappings } = profile;
        locations.address.set(numbers.slice(0, locations.length));
        for (const column of [mappings.start, mappings.limit, mappings.fileOffset]) column.fill(numbers[0]);
        const back = decodePprof(encodePprof(profile));
        const kept = (value: number) => toInt64(value) + 0;
        expect(Array.from(back.locations.address, kept)).toEqual(Array.from(locations.address, kept));
        expect(Array.from(back.mappings.start, kept)).toEqual(Array.from(mappings.start, kept));
      }),
    );
  });

  it("keep a profile without samples", () => {
    const profile = profileOf("");
    expect(contentOf(decodePprof(encodePprof(profile)))).toEqual(contentOf(profile));
  });
});

describe("decodePprof", () => {
  it("finds locations by any 64-bit id", () => {
    const ids = [2n ** 64n - 1n, 2n ** 53n + 1n, 2n ** 53n, 7n];
    const bytes = judged(["f0", "f1", "f2", "f3"], {
      function: ids.map((id, at) => ({ id, name: at + 1 })),
      location: ids.map((id) => ({ id, line: [{ functionId: id, line: 1 }] })),
      sample: [{ locationId: ids, value: [5] }],
    });
    expect(drawTree(decodePprof(bytes), { groupBy: "none" })).toBe(
      picture(`
        all 5
          f3 5
            f2 5
              f1 5
                f0 5 (5)
      `),
    );
  });

  it("reads unpacked and split lists as packed ones", () => {
    const location = (id: number): [number, Uint8Array] => [4, message([1, id])];
    const tables = [TYPE, TYPE, STRINGS, location(1), location(2)];
    const stackOf = (...sample: Parameters<typeof message>) => {
      const { samples, stacks } = decodePprof(message(...tables, [2, message(...sample)]));
      const path: number[] = [];
      for (let up = samples.stack[0]; up >= 0; up = stacks.parent[up]) path.push(stacks.location[up] + 1);
      return [path, samples.values.map((values) => values[0])];
    };
    const expected = [
      [2, 1, 2],
      [8, 9],
    ];
    expect(stackOf([1, [2, 1, 2]], [2, [8, 9]])).toEqual(expected);
    expect(stackOf([1, 2], [1, 1], [1, 2], [2, 8], [2, 9])).toEqual(expected);
    expect(stackOf([1, [2]], [2, 8], [1, [1, 2]], [2, [9]])).toEqual(expected);
    expect(stackOf([1, 2], [1, [1, 2]], [2, [8, 9]])).toEqual(expected);
    expect(stackOf([2, [8, 9]], [1, []], [1, [2, 1]], [1, 2])).toEqual(expected);
  });

  it("reads kernel addresses as negative numbers", () => {
    const bytes = judged(["[kernel]"], {
      mapping: [{ id: 1, memoryStart: 0xffffffff81000000n, memoryLimit: 2n ** 64n - 1n, filename: 1 }],
      location: [{ id: 1, mappingId: 1, address: 0xffffffff81234567n }],
      sample: [{ locationId: [1], value: [1] }],
    });
    const profile = decodePprof(bytes);
    expect(profile.locations.address[0]).toBe(-0x7edcba99);
    expect(profile.mappings.limit[0]).toBe(-1);
    expect(drawTree(profile, { groupBy: "none" })).toContain("[kernel]+0xffffffff81234567 1");
  });

  it("gives a name to lines without a function", () => {
    const bytes = judged([], {
      location: [{ id: 1, line: [{ line: 3 }] }],
      sample: [{ locationId: [1], value: [1] }],
    });
    expect(drawTree(decodePprof(bytes), { groupBy: "none" })).toContain("[unknown] 1 (1)");
  });

  it("reads text that is not UTF-8, and keeps a byte order mark", () => {
    const profile = decodePprof(message(TYPE, STRINGS, [6, [0x61, 0xff, 0x62]], [6, [0xef, 0xbb, 0xbf]]));
    expect(profile.strings).toEqual(["", "a\ufffdb", "\ufeff"]);
  });

  it("gives a key that a sample bears twice two columns", () => {
    const bytes = judged(["k", "x", "y"], {
      sample: [
        {
          value: [1],
          label: [
            { key: 1, str: 2 },
            { key: 1, str: 3 },
          ],
        },
        { value: [1], label: [{ key: 1, str: 3 }] },
      ],
    });
    const { samples, strings } = decodePprof(bytes);
    const columns = samples.labels.map(({ key, values }) => [
      key,
      ...Array.from(values, (at) => strings[at]),
    ]);
    expect(columns).toEqual([
      ["k", "x", "y"],
      ["k", "y", ""],
    ]);
  });

  it.each<[string, Uint8Array, string]>([
    ["nothing", new Uint8Array(0), "it is empty"],
    ["text", new TextEncoder().encode("<!doctype html>"), "at byte"],
    ["no strings", message(TYPE), "it has no string table"],
    ["a first string with text", message([6, [65]]), "the first string of its table is not empty"],
    ["a far string", message([1, message([1, 9])], STRINGS), "string 9 is named, but its table has 1"],
    [
      "no location",
      message(TYPE, STRINGS, [2, message([1, [9]], [2, [1]])]),
      "sample 1 names location 9, which",
    ],
    ["no mapping", message(STRINGS, [4, message([1, 1], [2, 5])]), "Location 1 names mapping 5, which"],
    ["no function", message(STRINGS, [4, message([1, 1], [4, message([1, 6])])]), "names function 6, which"],
    [
      "an id twice",
      message(STRINGS, [4, message([1, 3])], [4, message([1, 3])]),
      "location id 3 occurs twice",
    ],
    ["no id", message(STRINGS, [5, []]), "function 1 of the file has no id"],
    [
      "missing values",
      message(TYPE, TYPE, STRINGS, [2, message([2, [1]])]),
      "sample 1 has 1 values, but there are 2",
    ],
    ["no sample types", message(STRINGS, [2, []]), "it has samples but no sample type"],
    ["a message cut off", Uint8Array.of(0x12, 0x05, 0x0a), "field 2 is longer than the rest of its message"],
    ["a long number", Uint8Array.of(0x48, ...Array(10).fill(0xff)), "a number is longer than 10 bytes"],
    ["a group", Uint8Array.of(0x0b), "field 1 should be a string or message"],
  ])("refuses %s in a sentence", (_, bytes, sentence) => {
    expect(() => decodePprof(bytes)).toThrow(ProfileFormatError);
    expect(() => decodePprof(bytes)).toThrow(sentence);
  });

  it("refuses a label key a sample before it takes the memory", () => {
    const keys = Array.from({ length: 20_000 }, (_, at) => `key ${at}`);
    const bytes = judged(keys, {
      sample: keys.map((_, at) => ({ value: [1], label: [{ key: at + 1, num: 1 }] })),
    });
    expect(() => decodePprof(bytes)).toThrow("too many different labels");
  });

  it("takes no harm from damaged bytes", () => {
    const profile = profileOf(`
      comm=node pid=7 slice#=3 | main@/bin/node;work@/lib/libc.so.6>inlined;0xffff@[kernel] 3 30
      comm=node pid=7 slice#=4 | main@/bin/node;idle 1 -10
    `);
    expectNoHarm(encodePprof(profile), (bytes) => {
      const read = decodePprof(bytes);
      expect(findDamage(read)).toBeUndefined();
    });
  });
});
