import { expect, it } from "vitest";
import type { Profile } from "../../profile/profile.ts";
import { interpreterAdvice } from "../../symbolizer/run-time-compilers.ts";
import { profileOf } from "./profile-fixture.ts";

/** Samples in an interpreter alone, and such below whose frames one of run-time code is. */
function profileWith(file: string, alone: number, told: number, elsewhere: number): Profile {
  const { profile } = profileOf([
    { mapping: file, address: 1 },
    { mapping: "/tmp/perf-7.map", address: 2 },
    { mapping: "/bin/other", address: 3 },
  ]);
  return {
    ...profile,
    // The interpreter; called by run-time code, which the interpreter called; something else.
    stacks: { length: 4, parent: Int32Array.of(-1, 0, 1, -1), location: Int32Array.of(0, 1, 0, 2) },
    samples: {
      length: 3,
      stack: Int32Array.of(0, 2, 3),
      values: [Float64Array.of(alone, told, elsewhere)],
      labels: [],
    },
  };
}

it.each(["/usr/bin/python3.13", "/usr/lib/libpython3.12.so.1.0"])(
  "%s tells its functions when it is asked to, which is said where it does not",
  (file) => {
    expect(interpreterAdvice(profileWith(file, 30, 10, 60))).toBe(
      "30.0% of the samples are in Python without its functions: it tells them when started with -X perf.",
    );
    expect(interpreterAdvice(profileWith(file, 0, 40, 60))).toBeUndefined();
    expect(interpreterAdvice(profileWith(file, 4, 0, 96))).toBeUndefined();
    expect(interpreterAdvice(profileWith(file, 19, 0, 0))).toBeUndefined();
  },
);

it.each(["/usr/bin/python3.11", "/usr/bin/perl"])("of %s nothing is said", (file) => {
  expect(interpreterAdvice(profileWith(file, 100, 0, 0))).toBeUndefined();
});
