import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import fc from "fast-check";
import { afterAll, describe, expect, test } from "vitest";
import { demangleItanium } from "../../../symbolizer/demangle/itanium.ts";
import { ENDLESS } from "../../../symbolizer/demangle/unreadable.ts";
import { judge } from "../judges.ts";
import { changedNames } from "./changed-names.ts";

/** As c++filt has it, with types of results. */
const full = (mangled: string) => demangleItanium(mangled, { isFull: true });

describe("a C++ name", () => {
  test.each([
    ["_Z3foov", "foo()"],
    ["_ZN5outer5inner3fooEic", "outer::inner::foo(int, char)"],
    ["_Z3fooPFviEPFPFivEcE", "foo(void (*)(int), int (*(*)(char))())"],
    ["_Z3fooRA3_KcPA2_A4_i", "foo(char const (&) [3], int (*) [2][4])"],
    ["_Z3fooM1AKFviEMS_i", "foo(void (A::*)(int) const, int A::*)"],
    ["_ZNKR1A3fooEv", "A::foo() const &"],
    ["_ZN1AC2ERKS_", "A::A(A const&)"],
    ["_ZN1AIiED0Ev", "A<int>::~A()"],
    ["_ZN2v812_GLOBAL__N_13fooEv", "v8::(anonymous namespace)::foo()"],
    ["_ZN1AcviEv", "A::operator int()"],
    ["_ZlsRSoRK1A", "operator<<(std::ostream&, A const&)"],
    [
      "_ZNSsC1EPKcRKSaIcE",
      "std::basic_string<char, std::char_traits<char>, std::allocator<char> >::basic_string(char const*, std::allocator<char> const&)",
    ],
    ["_ZNSs6appendERKSs", "std::string::append(std::string const&)"],
    ["_ZTVN1A1BE", "vtable for A::B"],
    ["_ZTCN1A1BE16_1C", "construction vtable for C-in-A::B"],
    ["_ZGVZ3foovE1x", "guard variable for foo()::x"],
    ["_ZTW1x", "TLS wrapper function for x"],
    ["_ZThn16_N1A1fEv", "non-virtual thunk to A::f()"],
    ["_ZZ3fooiENKUlcE0_clEc", "foo(int)::{lambda(char)#2}::operator()(char) const"],
    ["_ZZN1A3fooEiEd_NKUlvE_clEv", "A::foo(int)::{default arg#1}::{lambda()#1}::operator()() const"],
    ["_Z3fooB5cxx11v", "foo[abi:cxx11]()"],
    [
      "_ZN4node9inspector9StringGetB5cxx11EN2v85LocalINS1_7ContextEEE",
      "node::inspector::StringGet[abi:cxx11](v8::Local<v8::Context>)",
    ],
    ["_Z1fILin3ELb1ELc97ELm5EEvv", "f<-3, true, (char)97, 5ul>()"],
    ["_Z1fIJicEEvDpT_", "f<int, char>(int, char)"],
    ["_Z1fIJEEvDpT_", "f<>()"],
    ["_Z1fIiEvDTclL_Z1gvEpsfp_EE", "f<int>(decltype (g(+{parm#1})))"],
  ])("%s is %s", (mangled, plain) => expect(demangleItanium(mangled)).toBe(plain));

  test("does not begin with the type of its result, unless that is asked for", () => {
    expect(demangleItanium("_Z1fIiET_S0_")).toBe("f<int>(int)");
    expect(full("_Z1fIiET_S0_")).toBe("int f<int>(int)");
    expect(full("_Z1fIiEPFvT_Ei")).toBe("void (* f<int>(int))(int)");
  });

  // Of C++20 (Itanium ABI, "Constrained template parameters"): c++filt of binutils 2.40 knows none of them, 2.47 some.
  test.each([
    [
      "_ZN4node7ToLowerITkNSt6ranges5rangeEA19_cEENSt7__cxx1112basic_stringIcSt11char_traitsIcESaIcEEERKT_",
      "node::ToLower<char [19]>(char const (&) [19])",
    ],
    ["_Z4showITk5ShownN2ns5ShowsEEvT_", "show<ns::Shows>(ns::Shows)"],
    [
      "_ZN4node21FIXED_ONE_BYTE_STRINGILm33EQgtT_Li0EEEN2v85LocalINS1_6StringEEEPNS1_7IsolateERAT__Kc",
      "node::FIXED_ONE_BYTE_STRING<33ul>(v8::Isolate*, char const (&) [33ul])",
    ],
    ["_Z1fITnDaLi5EEvv", "f<5>()"],
    ["_Z1fITtTyE3BoxEvv", "f<Box>()"],
    ["_Z1fITpTnDaJLi5ELi6EEEvv", "f<5, 6>()"],
    ["_Z1fIiEvT_QrqXpsfp_R5ShownE", "f<int>(int)"],
    ["_ZN1A1fITk5ShowniEEvvQsr1BIT_EE5value", "A::f<int>()"],
  ])("with constraints: %s is %s", (mangled, plain) => expect(demangleItanium(mangled)).toBe(plain));

  test.each([
    "",
    "_Z",
    "_ZN",
    "_ZNE",
    "_Z3fo",
    "_Z0",
    "_Z3fooS_",
    "_Z3fooS1_",
    "_Z3fooT_",
    "_Z1fIT_EvT_",
    "_ZcvT_IT_Ev",
    "_Z3foovv",
    "_Z3foovE",
    "_Z99999999999foo",
    "_ZZ3foov",
    "_ZZ3foovE",
    "_Z1fIXE",
    "_Z1fIL",
    "_Z1fILi",
    "_ZTV",
    "_ZTQ1A",
    "_ZN1AC1",
    "_Z3foov.cold",
    "Z3foov",
    "__Z3foov",
    "_Z1fP",
    "_Z1fA",
    "_Z1fA3",
    "_Z1fDv",
    "_Z1fDp",
    "_Z1fIJ",
    "_ZNSt",
    "_ZNS_3fooE",
    "_Z1fM1A",
  ])("%j is none", (name) => expect(demangleItanium(name)).toBeUndefined());
});

const folder = mkdtempSync(join(tmpdir(), "stapflame-names-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function namesIn(path: string, options: string[] = []): string[] {
  const words = judge("nm", ["--defined-only", ...options, path]).split(/\s+/);
  // Without what linkers and compilers have put behind it; Rust's have a judge of their own.
  return [...new Set(words.flatMap((word) => /^_Z\w+$/.exec(word.replace(/[.@].*/, ""))?.[0] ?? []))].filter(
    (name) => !/17h[0-9a-f]{16}E$/.test(name),
  );
}

/** It writes `> >`, but not where an empty pack stands between the two. */
function closed(name: string | undefined | symbol): string | undefined {
  if (typeof name !== "string") return undefined;
  let text = name;
  for (let before = ""; before !== text; ) {
    before = text;
    text = text.replaceAll("> >", ">>");
  }
  return text;
}

interface Difference {
  mangled: string;
  ours: string | undefined;
  theirs: string | undefined;
}

function compared(what: string, names: string[]): Difference[] {
  const theirs = judge("c++filt", [], `${names.join("\n")}\n`).split("\n");
  const before = performance.now();
  const ours = names.map(full);
  const microseconds = (1000 * (performance.now() - before)) / names.length;
  const unread = theirs.filter((name, i) => name === names[i] && ours[i] !== undefined).length;
  const differing = names
    .map((mangled, i) => ({ mangled, ours: closed(ours[i]), theirs: closed(theirs[i]) }))
    .filter((one) => one.ours !== one.theirs && !(one.ours === undefined && one.theirs === one.mangled))
    .filter((one) => one.theirs !== one.mangled);
  const share = (100 * (1 - differing.length / names.length)).toFixed(3);
  console.info(
    `${what}: ${names.length} names, ${microseconds.toFixed(1)} µs each, ${share}% as c++filt has them, ` +
      `${unread} that it does not know`,
  );
  return differing;
}

/**
 * What c++filt 2.40 has otherwise, and why: destructors and constructors of lambdas and of unnamed types are called as what was
 * named last; unnamed types count as substitutions twice; of an expression that names a parameter's type by itself (`T_`), the
 * substitution is lost; an empty pack leaves its comma; the result's declarator is closer to the name.
 */
const REASONS = [
  /UlvE\w*[CD]\dE|Ul\w*_[CD]\dEv$|Ut\w*_[CD]\dE/,
  /Ut\d*_/,
  /_Prepare_execution|CallbackIntoModule/,
  /IJE/,
  /szfp_/,
  /^_ZSt7forwardIRF/,
];

function isExplained({ mangled }: Difference): boolean {
  return REASONS.some((reason) => reason.test(mangled));
}

describe("functions are demangled as c++filt does", () => {
  const SOURCE = fileURLToPath(new URL("../../workloads/names.cpp", import.meta.url));
  test.each([
    ["g++", "-O0"],
    ["g++", "-O0 -fabi-version=8"],
    ["clang++", "-O0"],
  ])("%s %s", { timeout: 60_000 }, (compiler, flags) => {
    const object = join(folder, "names.o");
    const options = ["-std=c++20", "-w", ...flags.split(" "), "-c", SOURCE, "-o", object];
    execFileSync(compiler, options, { stdio: "pipe" });
    const names = namesIn(object);
    expect(names.length).toBeGreaterThan(100);
    const differing = compared(`${compiler} ${flags}`, names);
    expect(differing.filter((one) => !isExplained(one))).toEqual([]);
    expect(differing.length).toBeLessThan(8);
  });

  test.each(["/usr/lib/x86_64-linux-gnu/libstdc++.so.6", process.execPath])(
    "%s",
    { timeout: 60_000 },
    (path) => {
      const names = namesIn(path, ["-D", "--without-symbol-versions"]);
      expect(names.length).toBeGreaterThan(1000);
      const differing = compared(path, names);
      expect(differing.filter((one) => !isExplained(one))).toEqual([]);
      expect(differing.length / names.length).toBeLessThan(0.001);
    },
  );
});

describe("a hostile C++ name", () => {
  function demangledSafely(name: string): void {
    const plain = demangleItanium(name);
    if (typeof plain !== "string") return;
    expect(plain.length).toBeLessThanOrEqual(64 * 1024);
  }

  test("of any parts does no harm", () => {
    const parts = fc.constantFrom(
      ..."N Z S S_ S0_ St Sa T T_ T0_ I J E X L Li1E L_Z P R O K V F A3_ M D Dp DT Dv4_ C1 D1 Ul vE_ Ut_ U u B3abc 1a 3foo v i z cv pl sr sp sZ".split(
        " ",
      ),
      ..."cl fp_ fL tl il nw _ qu ad rq Q Tk Tn Ty Tt Tp 0 n li on dn gs so W1m DC H d_ s GV TV TC Th Tv".split(
        " ",
      ),
    );
    fc.assert(
      fc.property(fc.array(parts, { maxLength: 40 }), (chosen) => {
        for (const begin of ["_Z", "_ZN1a", "_Z1fI", "_Z1fIX"]) demangledSafely(begin + chosen.join(""));
      }),
      { numRuns: 2000 },
    );
    fc.assert(fc.property(fc.string(), (text) => demangledSafely(`_Z${text}`)));
  });

  test("that was a real one does no harm", () => {
    const names = [
      "_ZZNSt9once_flag18_Prepare_executionC4IZSt9call_onceIRFvvEJEEvRS_OT_DpOT0_EUlvE_EERS6_ENUlvE_4_FUNEv",
      "_ZSt12construct_atIN2v84base2OS20SharedLibraryAddressEJRA128_KcRmRKmEEDTgsnwcvPvLi0E_T_pispclsr3stdE7declvalIT0_EEEEPSB_DpOSC_",
      "_ZSt10from_charsItTnNSt9enable_ifIXsr5__or_ISt5__or_IJS1_IJSt7is_sameIaS2_EEEEE5valueEiE4typeELi0EESt17from_chars_resultPKcSR_RS4_i",
    ];
    for (const [seed, name] of names.entries()) {
      for (const changed of changedNames(name, seed)) demangledSafely(changed);
    }
  });

  test.each([
    "P",
    "F",
    "N1a",
    "I",
    "1aI",
    "J",
    "X",
    "L_Z1fI",
    "Z1f",
    "A1_",
    "M1aF",
    "DTpl",
    "Dp",
    "K",
    "cvP",
    "ILi",
    "Tt",
    "UlP",
    "XsrN1a",
    "XdxLi1E",
    "XtlidX",
    "S_I",
    "Th1_",
    "GR",
    "TV",
    "XnwLi1E",
    "U1aI",
    "Dv",
    "DO",
    "XrqXpl",
    "1aITpTp",
    "NK1aB1b",
  ])("that nests %s is none, however deep", (unit) => {
    for (const levels of [600, 8000, 200_000]) {
      for (const begin of ["_Z1f", "_Z1fI", "_ZN1aI", "_Z1fIX"]) {
        const name = begin + unit.repeat(Math.ceil(levels / unit.length));
        expect(demangleItanium(`${name}i${"E".repeat(levels)}v`)).not.toBeTypeOf("string");
        expect(demangleItanium(name)).not.toBeTypeOf("string");
      }
    }
  });

  test("is demangled to a depth of some hundred levels", () => {
    expect(demangleItanium(`_Z1f${"P".repeat(300)}i`)).toBe(`f(int${"*".repeat(300)})`);
    // Each of which refers to the one before.
    const chain = (levels: number) =>
      `_Z1f1aPS_${Array.from({ length: levels }, (_, i) => `PS${i.toString(36).toUpperCase()}_`).join("")}`;
    expect(
      demangleItanium(chain(100))
        ?.toString()
        .endsWith(`a${"*".repeat(101)})`),
    ).toBe(true);
    expect(demangleItanium(chain(1500))).toBe(ENDLESS);
  });

  test("that means gigabytes is told to be endless, soon", () => {
    const doubled = (last: string, levels: number, pair: (one: string) => string) => {
      let name = last;
      for (let i = 0; i < levels; i++) name += pair(i === 0 ? "S0_" : `S${i.toString(36).toUpperCase()}_`);
      return name;
    };
    const before = performance.now();
    for (const levels of [30, 100, 300]) {
      expect(demangleItanium(doubled("_Z1f1pIiiE", levels, (one) => `S_I${one}${one}E`))).toBe(ENDLESS);
      // Nothing but empty packs, and functions of functions.
      for (const pair of [(one: string) => `S_IJ${one}${one}EE`, (one: string) => `F${one}${one}E`]) {
        demangledSafely(doubled("_Z1f1pIJEE", levels, pair));
      }
    }
    // Arguments behind a conversion's type are read twice.
    expect(demangleItanium(`_ZN1acvT_I${"N1acvT_I".repeat(60)}i${"E".repeat(200)}`)).toBe(ENDLESS);
    expect(performance.now() - before).toBeLessThan(2000);
  });

  test("of many characters takes linear time", () => {
    const before = performance.now();
    for (const unit of ["1", "i", "1a", "S_", "Li1E", "P", "N", "E", "_", "T_", "0", "B1a", "Z1fvE", "sr"]) {
      demangledSafely(`_Z${unit.repeat(8192 / unit.length)}`);
      demangledSafely(`_Z1f${unit.repeat(8192 / unit.length)}`);
      demangledSafely(`_Z1fI${unit.repeat(8192 / unit.length)}Evv`);
    }
    expect(performance.now() - before).toBeLessThan(2000);
  });
});
