import fc from "fast-check";
import { beforeAll, describe, expect, test } from "vitest";
import { demangleD } from "../../../symbolizer/demangle/d.ts";
import { ENDLESS } from "../../../symbolizer/demangle/unreadable.ts";
import { createDemangler } from "../../../symbolizer/demangle.ts";
import { ensureCommands } from "../../setup/debian.ts";
import { judge } from "../judges.ts";
import { changedNames } from "./changed-names.ts";

/** D's own library, with its standard library in it. */
const LIBRARY = "/usr/lib/x86_64-linux-gnu/libgphobos.so.3";

beforeAll(() => ensureCommands({ [LIBRARY]: "libgphobos3" }), 300_000);

/** A name a line, readable. */
function filtered(names: readonly string[]): string[] {
  return judge("c++filt", ["-s", "dlang"], `${names.join("\n")}\n`)
    .split("\n")
    .slice(0, names.length);
}

describe("a name of D", () => {
  test.each([
    ["_Dmain", "D main"],
    ["_D4work3fibFiZi", "work.fib(int)"],
    ["_D4work4Impl4workMFiZi", "work.Impl.work(int)"],
    ["_D4work4Impl6__ctorMFZC4work4Impl", "work.Impl.this()"],
    ["_D4work4Impl6__dtorMFZv", "work.Impl.~this()"],
    ["_D4work1S10__postblitMFZv", "work.S.this(this)"],
    ["_D4work4Impl6__initZ", "initializer for work.Impl"],
    ["_D4work4Impl6__vtblZ", "vtable for work.Impl"],
    ["_D4work4Impl7__ClassZ", "ClassInfo for work.Impl"],
    ["_D4work1I11__InterfaceZ", "Interface for work.I"],
    ["_D4work12__ModuleInfoZ", "ModuleInfo for work"],
    ["_D4work3fooFZ03barMFZv", "work.foo().bar()"],
    ["_D4work3fooFxiZ1xi", "work.foo(const(int)).x"],
    ["_D4work3fooMxFZ3barMyFZ3bazMOFZv", "work.foo() const.bar() immutable.baz() shared"],
    ["_D4work1fFAiHAyaiG4dPPvZv", "work.f(int[], int[immutable(char)[]], double[4], void**)"],
    [
      "_D4work1fFxAyaOC4work4ImplNgiNhG4fzizkZv",
      "work.f(const(immutable(char)[]), shared(work.Impl), inout(int), __vector(float[4]), cent, ucent)",
    ],
    [
      "_D4work1fFDFNaNbNiNfiZiDxFKiZvPUPvZiPFZvZv",
      "work.f(int(int) pure nothrow @nogc @safe delegate, void(ref int) delegate const, extern(C) int(void*) function, void() function)",
    ],
    [
      "_D4work1fFMAiNkKiIiIKiJiLiXv",
      "work.f(scope int[], return ref int, in int, in ref int, out int, lazy int...)",
    ],
    ["_D4work1fFiYv", "work.f(int, ...)"],
    ["_D4work1fFYv", "work.f(...)"],
    ["_D4work1fUZv", "work.f()"],
    ["_D4work1fFB2iaZv", "work.f(Tuple!(int, char))"],
    [
      "_D4work__T3VecTdZQh3dotMxFNaNbNiNfSQBh__TQBfTdZQBlZd",
      "work.Vec!(double).Vec.dot(work.Vec!(double).Vec) const",
    ],
    [
      "_D4work4mainFZ__T9__lambda6TiTiZQpFNaNbNiNfiiZb",
      "work.main().__lambda6!(int, int).__lambda6(int, int)",
    ],
    [
      "_D4work__T1fVki5Vmi3Vhi2Vbi1Vai97Vai10Vui960Vwi128512VPvnViN7Z1fFZv",
      "work.f!(5u, 3uL, 2u, true, 'a', '\\x0a', '\\u03c0', '\\U0001f600', null, -7).f()",
    ],
    [
      "_D4work__T1fVde8AP6VdeN8P0VdeNANVdeINFVdeNINFVfeCPN3VrcAP1c8P2Z1fFZv",
      "work.f!(0x8.Ap6, -0x8.p0, NaN, Inf, -Inf, 0xC.p-3, 0xA.p1+0x8.p2i).f()",
    ],
    ["_D4work__T1fVAyaa5_68690a2201Vwa1_7aZ1fFZv", 'work.f!("hi\\n"\\x01", "z").f()'],
    [
      "_D4work__T1fVxAiA3i1i2i3VHiiA1i1i2VS4work1PS2i1i2Z1fFZv",
      "work.f!([1, 2, 3], [1:2], work.P(1, 2)).f()",
    ],
    ["_D4work14__T3fooVii3TaZ3fooFZv", "work.foo!(3, char).foo()"],
    ["_D4work__T1fS12_D4work1gFZvZ1fFZv", "work.f!(work.g()).f()"],
    ["_D4work__T1fS74work1gS4work1gX3fooHTiZ1fFZv", "work.f!(work.g, work.g, foo, int).f()"],
    ["_D4work__T1fVPFiZif_D4work11__lambda1_1FNaiZiZ1fFZv", "work.f!(work.__lambda1_1(int)).f()"],
    ["_D4work__U1fTiZ1fFZv", "work.f!(int).f()"],
  ])("%s is %s", (mangled, plain) => {
    expect(demangleD(mangled)).toBe(plain);
    expect(filtered([mangled])).toEqual([plain]);
  });

  test("may have parts that c++filt does not know, and ends that compilers give to copies", () => {
    expect(demangleD("_D4work1fFNnZv")).toBe("work.f(noreturn)");
    expect(demangleD("_D4work1fFNkMKiNkiZv")).toBe("work.f(return scope ref int, return int)");
    const { demangle } = createDemangler();
    expect(demangle("_D4work3fibFiZi.part.0")).toBe("work.fib(int) [clone .part.0]");
    expect(demangle("_D4work3fibFiZi@plt")).toBe("work.fib(int)@plt");
  });

  test("of D's library is as c++filt has it, but for `return scope`, which c++filt does not know", () => {
    const words = judge("nm", ["-D", "--defined-only", LIBRARY]).split(/\s+/);
    const names = [...new Set(words.filter((word) => word.startsWith("_D")))];
    const expected = filtered(names);
    const different = names.filter((name, index) => (demangleD(name) ?? name) !== expected[index]);
    const onlyOurs = different.filter((name) => expected.includes(name) && demangleD(name) !== undefined);
    console.log(
      `D's library: ${different.length} of ${names.length} names differ, ${onlyOurs.length} are read by us alone`,
    );
    expect(names.length).toBeGreaterThan(10_000);
    expect(different.filter((name) => !onlyOurs.includes(name))).toEqual([]);
    expect(onlyOurs.filter((name) => !name.includes("NkM"))).toEqual([]);
  });
});

describe("what is no name of D", () => {
  test.each([
    "",
    "_D",
    "_DYNAMIC",
    "_Dfoo",
    "D4work",
    "_D4wor",
    "_D0",
    "_D4work",
    "_D4workFiZ",
    "_D4work1fFiZiZ",
    "_D4work1fFQaZv",
    "_D4work1fFQZv",
    "_D4work1fFQzZv",
    "_D4work__T1fTiFZv",
    "_D4work__T1fVaQ1Z1fFZv",
    "_D4work9__T1fTiZ1fFZv",
    "_D4work1fFNzZv",
    "_D99999999999work1fFZv",
  ])("%s stands as it is", (name) => expect(demangleD(name)).toBeUndefined());

  test("of any characters, and of changed names, throws nothing and takes no long time", () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 60 }), (text) => {
        demangleD(`_D${text}`);
        demangleD(`_D4work1fF${text}`);
      }),
      { numRuns: 2_000 },
    );
    const name = "_D4work__T3VecTdZQh3dotMxFNaNbNiNfSQBh__TQBfTdZQBlHiAyaDFKiZxvVxAiA3i1i2i3Zd";
    for (const changed of changedNames(name, 5)) {
      const started = performance.now();
      demangleD(changed);
      expect(performance.now() - started).toBeLessThan(1000);
    }
  });

  test("that means more than anyone would read is not read, nor one that nests without end", () => {
    // Each type is a pair of the one before it.
    let types = "_D4work1fFi";
    let last = types.length - 1;
    for (let level = 0; level < 40; level++) {
      const start = types.length;
      types += "B2";
      for (let twice = 0; twice < 2; twice++) types += reference(types.length - last);
      last = start;
    }
    expect(demangleD(`${types}Zv`)).toBe(ENDLESS);
    for (const unit of ["A", "PF", "x", "DF", "H", "DO", "S4work__T1fT", "__T1fS"])
      expect(demangleD(`_D4work1fF${unit.repeat(100_000)}iZv`)).toBeUndefined();
    for (const unit of ["O", "Ng"])
      expect(demangleD(`_D4work1fFD${unit.repeat(100_000)}iZv`)).toBeUndefined();
  });
});

/** How D refers back so many characters. */
function reference(distance: number): string {
  let digits = String.fromCharCode(97 + (distance % 26));
  for (let left = Math.floor(distance / 26); left > 0; left = Math.floor(left / 26))
    digits = String.fromCharCode(65 + (left % 26)) + digits;
  return `Q${digits}`;
}
