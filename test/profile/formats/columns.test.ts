import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { findDamage } from "../../../profile/check-profile.ts";
import { ProfileFormatError } from "../../../profile/format-error.ts";
import { decodeColumns, encodeColumns } from "../../../profile/formats/columns.ts";
import { slimForPage } from "../../../profile/slim.ts";
import { largeProfile } from "../../viewer/large-profile.ts";
import { arbitraryProfile } from "../arbitrary-profile.ts";
import { expectNoHarm } from "../damage.ts";
import { profileOf } from "../picture.ts";

describe("encodeColumns and decodeColumns", () => {
  it("keep every table as it is", () => {
    fc.assert(
      fc.property(arbitraryProfile, (profile) => {
        expect(decodeColumns(encodeColumns(profile))).toEqual(profile);
      }),
      { numRuns: 300 },
    );
  });

  it("keep slim profiles, whose stacks are in depth-first order", () => {
    fc.assert(
      fc.property(arbitraryProfile, fc.boolean(), (profile, keepSlices) => {
        const slim = slimForPage(profile, { keepSlices });
        expect(decodeColumns(encodeColumns(slim))).toEqual(slim);
      }),
    );
  });

  it("keep awkward numbers", () => {
    const profile = profileOf("slice#=0 | a 1\nslice#=0 | b 2\nslice#=0 | c 3");
    const awkward = [
      Number.NaN,
      -1.5,
      Number.POSITIVE_INFINITY,
      2 ** 60,
      -(2 ** 63),
      Number.MAX_SAFE_INTEGER,
    ];
    for (const number of awkward) {
      for (const column of [profile.samples.values[0], profile.samples.labels[0].values]) {
        column.set([number, -number, 5]);
        expect(decodeColumns(encodeColumns(profile))).toEqual(profile);
      }
    }
  });

  it("keep numbers up to the ends of 32 bits", () => {
    const profile = profileOf(`${Array.from({ length: 300 }, (_, at) => `f${at}`).join(";")} 1`);
    const ends = [2 ** 31 - 1, -(2 ** 31), 2 ** 30, -(2 ** 30), 0, 1];
    profile.lines.line.forEach((_, at) => {
      profile.lines.line[at] = ends[(at * at) % ends.length];
      profile.functions.startLine[at] = ends[at % ends.length];
    });
    expect(decodeColumns(encodeColumns(profile))).toEqual(profile);
  });

  it("keep samples without values, and in any order", () => {
    const profile = profileOf("a;b 1\na 2\na;b 3\nc 4");
    expect(decodeColumns(encodeColumns(profile))).toEqual(profile);
    profile.sampleTypes = [];
    profile.samples.values = [];
    expect(decodeColumns(encodeColumns(profile))).toEqual(profile);
    expect(decodeColumns(encodeColumns(slimForPage(profile, { keepSlices: true }))).samples.length).toBe(3);
  });

  it("keep values that are another's multiples, almost so, and not at all", () => {
    const profile = profileOf(
      Array.from({ length: 600 }, (_, at) => `f${at % 7} ${(at * 37) % 50}`).join("\n"),
    );
    const [values] = profile.samples.values;
    for (const other of [
      values.map((value) => value * 10_101_010),
      values.map((value) => value * 0.1),
      values.map((value, at) => value * 3 + (at === 599 ? 1 : 0)),
      values.map((value) => -value),
      values.map(() => 0),
      values.map((_, at) => [Number.NaN, 1e300, -7, 0.5][at % 4]),
    ]) {
      profile.sampleTypes = [profile.sampleTypes[0], { type: "other", unit: "" }];
      profile.samples.values = [values, other.map((value) => value + 0)];
      expect(decodeColumns(encodeColumns(profile))).toEqual(profile);
    }
    profile.sampleTypes = Array.from({ length: 30 }, (_, at) => ({ type: `t${at}`, unit: "" }));
    profile.samples.values = profile.sampleTypes.map((_, at) => values.map((value) => value * (at + 1)));
    expect(decodeColumns(encodeColumns(profile))).toEqual(profile);
  });

  it("keep large profiles, whose columns have other forms", () => {
    for (const keepSlices of [true, false]) {
      const profile = slimForPage(largeProfile({ nodes: 20_000, slices: 50 }), { keepSlices });
      expect(decodeColumns(encodeColumns(profile))).toEqual(profile);
    }
  });

  it("keep texts apart that only together are a character", () => {
    const profile = profileOf("a 1");
    profile.comments = ["\ud83d", "\ude00", "\ud83d\ude00"];
    expect(decodeColumns(encodeColumns(profile)).comments).toEqual(["\ufffd", "\ufffd", "\ud83d\ude00"]);
  });

  it("keep a stack of 100,000 frames", () => {
    const profile = profileOf(`main${";recurse".repeat(100_000)} 7`);
    expect(decodeColumns(encodeColumns(profile))).toEqual(profile);
  });

  it("take one byte for values that differ by a factor", () => {
    const lines = Array.from({ length: 100 }, (_, at) => `f${at} ${at}`).join("\n");
    const plain = profileOf(lines);
    const scaled = profileOf(lines);
    scaled.samples.values[0] = scaled.samples.values[0].map((value) => value * 10_101_010);
    expect(encodeColumns(scaled).length - encodeColumns(plain).length).toBeLessThan(5);
  });
});

describe("decodeColumns", () => {
  const good = encodeColumns(
    profileOf(`
      comm=node pid=7 slice#=3 | main@/bin/node;work@/lib/libc.so.6>inlined;0xffff@[kernel] 3 30
      comm=node pid=7 slice#=4 | main@/bin/node;idle 1 -10
    `),
  );

  it("takes no harm from damaged bytes", () => {
    expectNoHarm(good, (bytes) => expect(findDamage(decodeColumns(bytes))).toBeUndefined(), 10_000);
  });

  it("takes no harm from damaged bytes of a large profile", () => {
    const large = encodeColumns(
      slimForPage(largeProfile({ nodes: 700, functions: 20, slices: 20 }), { keepSlices: true }),
    );
    expectNoHarm(large, (bytes) => expect(findDamage(decodeColumns(bytes))).toBeUndefined(), 1_000);
  });

  it.each<[string, Uint8Array, string]>([
    ["nothing", new Uint8Array(0), "The data is no stapflame profile."],
    ["other data", new TextEncoder().encode("hello there"), "The data is no stapflame profile."],
    ["another version", Uint8Array.from(good, (byte, at) => (at === 3 ? 9 : byte)), "has version 9"],
    ["too little", good.subarray(0, -1), "The profile's data is damaged: at byte"],
    ["too much", Uint8Array.of(...good, 0), "more data than there should be"],
  ])("refuses %s in a sentence", (_, bytes, sentence) => {
    expect(() => decodeColumns(bytes)).toThrow(ProfileFormatError);
    expect(() => decodeColumns(bytes)).toThrow(sentence);
  });
});
