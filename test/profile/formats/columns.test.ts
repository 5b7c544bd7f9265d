import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { findDamage } from "../../../profile/check-profile.ts";
import { ProfileFormatError } from "../../../profile/format-error.ts";
import { decodeColumns, encodeColumns } from "../../../profile/formats/columns.ts";
import { slimForPage } from "../../../profile/slim.ts";
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
