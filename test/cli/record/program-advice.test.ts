import { describe, expect, it } from "vitest";
import { programAdvice } from "../../../cli/record/program-advice.ts";
import { cutFrameName } from "../../../profile/frame-name.ts";
import type { Profile } from "../../../profile/profile.ts";
import { profileOf } from "../../symbolizer/profile-fixture.ts";

const [JIT, JVM, MAIN, NOWHERE, CUT, STRIPPED] = [0, 1, 2, 3, 4, 5];

/** Stacks, root first, of these locations, and how many samples each has. */
function profileOfStacks(
  stacks: readonly [count: number, ...path: number[]][],
  vm = "/lib/libjvm.so",
): Profile {
  const { profile } = profileOf([
    { mapping: "/tmp/perf-7.map", address: 0x1000 },
    { mapping: vm, address: 0x2000, name: "call_helper" },
    { mapping: "/bin/service", address: 0x3000, name: "main" },
    { mapping: "", address: 0x4000 },
    { mapping: "", address: 0, name: cutFrameName("frames lead nowhere") },
    { mapping: "/lib/libz.so.1", address: 0x5000, name: "libz.so.1+0x4ff0" },
  ]);
  const parent: number[] = [];
  const location: number[] = [];
  const stack = stacks.map(([, ...path]) => {
    let row = -1;
    for (const each of path) {
      parent.push(row);
      row = location.push(each) - 1;
    }
    return row;
  });
  return {
    ...profile,
    stacks: { length: parent.length, parent: Int32Array.from(parent), location: Int32Array.from(location) },
    samples: {
      length: stack.length,
      stack: Int32Array.from(stack),
      values: [Float64Array.from(stacks, ([count]) => count)],
      labels: [],
    },
  };
}

const JAVA =
  "60.0% of the samples have lost their callers in code that Java compiled: started with -XX:+PreserveFramePointer it keeps them";

describe("what is said of stacks without callers", () => {
  it("is what makes Java keep them, where code that it compiled is in stacks that are cut", () => {
    const lost: [number, ...number[]][] = [
      [50, CUT, JIT],
      [10, NOWHERE, JIT],
    ];
    const rest: [number, ...number[]][] = [
      [30, JVM, JIT],
      [5, CUT, MAIN],
      [5, JVM],
    ];
    const said = programAdvice(profileOfStacks([...lost, ...rest]));
    expect(said).toEqual([expect.stringMatching(/^10\.0% .*\[unknown\].*-fno-omit-frame-pointer/), JAVA]);
  });

  it("is nothing of Java where there is none, or where its stacks are whole", () => {
    const stacks: [number, ...number[]][] = [
      [60, CUT, JIT],
      [40, JVM],
    ];
    expect(programAdvice(profileOfStacks(stacks))).toHaveLength(1);
    expect(programAdvice(profileOfStacks(stacks, "/usr/bin/node"))).toEqual([]);
    const whole: [number, ...number[]][] = [
      [60, JVM, JIT],
      [40, CUT, MAIN],
    ];
    expect(programAdvice(profileOfStacks(whole))).toEqual([]);
  });

  it("is nothing where few samples are concerned", () => {
    const few: [number, ...number[]][] = [
      [4, CUT, JIT],
      [96, JVM],
    ];
    expect(programAdvice(profileOfStacks(few))).toEqual([]);
    expect(programAdvice(profileOfStacks([[19, NOWHERE, MAIN]]))).toEqual([]);
    expect(programAdvice(profileOfStacks([]))).toEqual([]);
  });
});

describe("what is said of functions without names", () => {
  it("is where their names are to be had", () => {
    expect(
      programAdvice(
        profileOfStacks([
          [12, MAIN, STRIPPED],
          [88, MAIN],
        ]),
      ),
    ).toEqual([
      "12.0% of the samples are in functions that have no names in libz.so.1: debug information tells them, of a server in " +
        "DEBUGINFOD_URLS or of a -dbg or -dbgsym package",
    ]);
  });

  it("is nothing where they are few, or only call others", () => {
    expect(
      programAdvice(
        profileOfStacks([
          [9, MAIN, STRIPPED],
          [91, MAIN],
        ]),
      ),
    ).toEqual([]);
    expect(programAdvice(profileOfStacks([[100, STRIPPED, MAIN]]))).toEqual([]);
  });
});

describe("what is said of an interpreter", () => {
  const said = (vm: string, alone: number, told: number, elsewhere: number) =>
    programAdvice(
      profileOfStacks(
        [
          [alone, JVM],
          [told, JVM, JIT, JVM],
          [elsewhere, MAIN],
        ],
        vm,
      ),
    );

  it.each(["/usr/bin/python3.13", "/usr/lib/libpython3.12.so.1.0"])(
    "is what makes %s tell its functions, where it does not",
    (python) => {
      expect(said(python, 30, 10, 60)).toEqual([
        "30.0% of the samples are in Python without its functions: started with -X perf it tells them",
      ]);
      expect(said(python, 0, 40, 60)).toEqual([]);
      expect(said(python, 4, 0, 96)).toEqual([]);
      expect(said(python, 19, 0, 0)).toEqual([]);
    },
  );

  it.each(["/usr/bin/python3.11", "/usr/bin/perl"])("is nothing of %s", (interpreter) => {
    expect(said(interpreter, 100, 0, 0)).toEqual([]);
  });
});
