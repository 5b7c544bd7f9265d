import { execFileSync } from "node:child_process";
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import fc from "fast-check";
import { afterAll, describe, expect, test } from "vitest";
import { demangleRustLegacy } from "../../../symbolizer/demangle/rust-legacy.ts";
import { demangleRustV0 } from "../../../symbolizer/demangle/rust-v0.ts";
import { ENDLESS, type Endless } from "../../../symbolizer/demangle/unreadable.ts";
import { judge } from "../judges.ts";
import { changedNames } from "./changed-names.ts";

/** `-i`: without hashes and the types of constants. */
function filtered(names: string[]): string[] {
  return judge("c++filt", ["-i", "-s", "rust"], `${names.join("\n")}\n`)
    .split("\n")
    .slice(0, names.length);
}

const HASH = "17h0123456789abcdefE";

describe("a legacy name", () => {
  test.each([
    ["_ZN4core3fmt5write17h0123456789abcdefE", "core::fmt::write"],
    [`_ZN4main${HASH}`, "main"],
    [
      `_ZN4core3ptr13drop_in_place28_$u7b$$u7b$closure$u7d$$u7d$${HASH}`,
      "core::ptr::drop_in_place::{{closure}}",
    ],
    [
      `_ZN58_$LT$alloc..string..String$u20$as$u20$core..fmt..Debug$GT$3fmt${HASH}`,
      "<alloc::string::String as core::fmt::Debug>::fmt",
    ],
    [`_ZN3foo37$RF$$BP$$C$$LP$$RP$$SP$$LT$$GT$a.b..c${HASH}`, "foo::&*,()@<>a.b::c"],
    [`_ZN3foo7_.a...b${HASH}`, "foo::_.a::.b"],
    [`_ZN3foo3$x$${HASH}`, "foo::$x$"],
    [`_ZN3foo14_$LT$$zz$$GT$a${HASH}`, "foo::<$zz$$GT$a"],
    [`_ZN3foo5a$LTb${HASH}`, "foo::a$LTb"],
  ])("%s is %s", (mangled, plain) => {
    expect(demangleRustLegacy(mangled)).toBe(plain);
    expect(filtered([mangled])).toEqual([plain]);
  });

  // c++filt knows a few of these only, and takes control characters.
  test.each([
    ["$u30c4$", "ツ"],
    ["$u1f980$", "🦀"],
    ["$u7f$", "$u7f$"],
    ["$u9b$", "$u9b$"],
    ["$ud800$", "$ud800$"],
    ["$u110000$", "$u110000$"],
    ["$u7E$", "$u7E$"],
    ["$u$", "$u$"],
    ["a-b:c", "a-b:c"],
  ])("with %s in it has %s", (text, plain) => {
    expect(demangleRustLegacy(`_ZN3foo${text.length}${text}${HASH}`)).toBe(`foo::${plain}`);
  });

  test.each([
    "",
    "_ZN",
    "_ZN4core3fmtE",
    `_ZN${HASH}`,
    `ZN3foo${HASH}`,
    `__ZN3foo${HASH}`,
    `_ZN3foo${HASH}.llvm.12`,
    `_ZN3foo${HASH}E`,
    `_ZN3foo${HASH}v`,
    `_ZN4foo${HASH}`,
    `_ZN2foo${HASH}`,
    `_ZN03foo${HASH}`,
    `_ZN3foo0${HASH}`,
    `_ZN99999999999999999999999foo${HASH}`,
    `_ZN21foo${HASH}`,
    `_ZNK3foo${HASH}`,
    `_ZN3f o${HASH}`,
    `_ZN3fö${HASH}`,
    `_ZN3f\n${HASH}`,
    "_ZN3foo17h0123456789abcdeE",
    "_ZN3foo17h0123456789ABCDEFE",
    "_ZN3foo17h0123456789abcdegE",
    "_ZN3foo17h0101010101012323E",
    "_ZN3foo16h0123456789abcdefE",
  ])("%j is none", (name) => expect(demangleRustLegacy(name)).toBeUndefined());
});

describe("a v0 name", () => {
  test.each([
    // Of RFC 2603.
    ["_RNvNtCs1234_7mycrate3foo3bar", "mycrate::foo::bar"],
    ["_RNvNtC7mycrate3foos_3bar", "mycrate::foo::bar"],
    ["_RINvNtC3std3mem8align_ofdE", "std::mem::align_of::<f64>"],
    ["_RINvNtC3std3mem8align_ofjE", "std::mem::align_of::<usize>"],
    ["_RINvNtC3std3mem8align_ofRcE", "std::mem::align_of::<&char>"],
    ["_RINvNtC3std3mem8align_ofNtNtC3std3mem12DiscriminantE", "std::mem::align_of::<std::mem::Discriminant>"],
    ["_RINvNtC3std3mem8align_ofQTReuEE", "std::mem::align_of::<&mut (&str, ())>"],
    ["_RINvNtC3std3mem8align_ofjEC3foo", "std::mem::align_of::<usize>"],
    ["_RNCNvNtC7mycrate3foo3bar0", "mycrate::foo::bar::{closure#0}"],
    ["_RNCNvNtC7mycrate3foo3bars_0", "mycrate::foo::bar::{closure#1}"],
    [
      "_RNvNvXs2_C7mycrateINtC7mycrate3FoopEINtNtC3std7convert4FrompE4from3MSG",
      "<mycrate::Foo<_> as std::convert::From<_>>::from::MSG",
    ],
    [
      // Where the last reference is one too low.
      "_RINtNtC3std4iter5ChainINtB2_3ZipINtNtB4_3vec8IntoItermEBu_EE",
      "std::iter::Chain::<std::iter::Zip<std::vec::IntoIter<u32>, std::vec::IntoIter<u32>>>",
    ],
    // Of rustc's book.
    ["_RNvMsr_NtCs3ssYzQotkvD_3std4pathNtB5_7PathBuf3newCs15kBYyAo9fc_7mycrate", "<std::path::PathBuf>::new"],
    [
      "_RNvYNtCs15kBYyAo9fc_7mycrate7ExampleNtB4_5Trait7exampleB4_",
      "<mycrate::Example as mycrate::Trait>::example",
    ],
    [
      "_RINvCs7qp2U7fqm6G_7mycrate7exampleNtB2_7ExampleBw_EB2_",
      "mycrate::example::<mycrate::Example, mycrate::Example>",
    ],
    ["_RINvCs7qp2U7fqm6G_7mycrate7exampleAtj8_EB2_", "mycrate::example::<[u16; 8]>"],
    ["_RINvC7mycrate7exampleC4f128E", "mycrate::example::<f128>"],
    // Names and namespaces.
    ["_RNvC6_123foo3bar", "123foo::bar"],
    ["_RNvCs4fqI2P2rA04_3foou8gdel_5qa", "foo::gödel"],
    ["_RNvC3foou3bcz", "foo::硨"],
    ["_RNxC3foo0", "foo"],
    ["_RNSNvC3foo3bar6vtable", "foo::bar::{shim:vtable#0}"],
    ["_RNXC3foos9_0", "foo::{X#11}"],
    // Types.
    [
      "_RINvC1a1babcdefhijlmnopstuvxyzE",
      "a::b::<i8, bool, char, f64, str, f32, u8, isize, usize, i32, u32, i128, u128, _, i16, u16, (), ..., i64, u64, !>",
    ],
    ["_RINvC1a1bSeAAhj1_j2_TETaEThhEE", "a::b::<[str], [[u8; 1]; 2], (), (i8,), (u8, u8)>"],
    ["_RINvC1a1bReQhPaOPuRL_hQL_hE", "a::b::<&str, &mut u8, *const i8, *mut *const (), &u8, &mut u8>"],
    ["_RINvC1a1bL_hE", "a::b::<'_, u8>"],
    [
      "_RINvC1a1bFEuFUEzFhtEbFKCPhvElFUK8sys_v_64EuE",
      'a::b::<fn(), unsafe fn() -> !, fn(u8, u16) -> bool, extern "C" fn(*const u8, ...) -> i32, unsafe extern "sys-v-64" fn()>',
    ],
    ["_RINvC1a1bFG_RL0_hERL0_hE", "a::b::<for<'a> fn(&'a u8) -> &'a u8>"],
    [
      "_RINvC1a1bFG0_RL1_hRL0_hFG_RL2_hRL0_cEuEuE",
      "a::b::<for<'a, 'b> fn(&'a u8, &'b u8, for<'c> fn(&'a u8, &'c char))>",
    ],
    ["_RINvC1a1bDEL_DNtC1a1cNtC1a4SendEL_E", "a::b::<dyn , dyn a::c + a::Send>"],
    [
      "_RINvC1a1bDNtC1a4Iterp4ItemhEL_DINtC1a2FnThEEp6OutputuEL_E",
      "a::b::<dyn a::Iter<Item = u8>, dyn a::Fn<(u8,), Output = ()>>",
    ],
    [
      "_RINvC1a1bDG_NtC1a1cp1dRL0_hp1ehEL_FG_DNtC1a1cEL0_EuE",
      "a::b::<dyn for<'a> a::c<d = &'a u8, e = u8>, for<'a> fn(dyn a::c + 'a)>",
    ],
    ["_RINvC1a1bINtC1a1cL_hEDB7_p1dhEL_E", "a::b::<a::c<'_, u8>, dyn a::c<'_, u8, d = u8>>"],
    ["_RINvMNtC1a1bINtC1a1dhE1chE", "<a::d<u8>>::c::<u8>"],
    // Constants.
    ["_RINvC1a1bKj0_Kh5_Kan7f_Kp_Kb0_Kb1_KyffffffffffffffffE", undefined],
    [
      "_RINvC1a1bKj0_Kh5_Kan80_KpKb0_Kb1_Kyffffffffffffffff_Kxn8000000000000000_E",
      "a::b::<0, 5, -128, _, false, true, 18446744073709551615, -9223372036854775808>",
    ],
    ["_RINvC1a1bKc61_Kc22_Kca_K_E", undefined],
    [
      "_RINvC1a1bKc61_Kc22_Kca_Kc7f_Kc200b_Kc301_E",
      "a::b::<'a', '\"', '\\n', '\\u{7f}', '\\u{200b}', '\\u{301}'>",
    ],
    ["_RINvC1a1bKj5_KB8_AhB8_E", "a::b::<5, 5, [u8; 5]>"],
  ])("%s is %s", (mangled, plain) => {
    expect(demangleRustV0(mangled)).toBe(plain);
    expect(filtered([mangled])).toEqual([plain ?? mangled]);
  });

  // As rustc-demangle has them. c++filt 2.40 knows no structural constants and no patterns, writes a `_` behind long
  // numbers, and escapes other characters.
  test.each([
    ["Kc0_", "'\\0'"],
    ["Kc27_", "'\\''"],
    ["Kc5c_", "'\\\\'"],
    ["Kc20_", "' '"],
    ["Kce9_", "'é'"],
    ["Kc1f980_", "'🦀'"],
    ["Ko1ffffffffffffffff_", "0x1ffffffffffffffff"],
    ["Knn80000000000000000000000000000000_", "-0x80000000000000000000000000000000"],
    ["Kj_", "0"],
    ["KRe_", '""'],
    ["KRe6100095c_", '"a\\0\\t\\\\"'],
    ["KRe6822c3a4270acc81f09fa68020e2808b_", '"h\\"ä\'\\n\\u{301}🦀 \\u{200b}"'],
    ["KReefbbbf61_", '"\\u{feff}a"'],
    ["Ke616263_", '{*"abc"}'],
    ["KRh5_KQh5_", "{&5}, {&mut 5}"],
    ["KAh1_h2_h3_E", "{[1, 2, 3]}"],
    ["KRARe61_Re62_E", '{&["a", "b"]}'],
    ["KTEKTh5_EKTh1_Re78_TETb1_EE", '{()}, {(5,)}, {(1, "x", (), (true,))}'],
    ["KVNtC1a1UU", "{a::U}"],
    ["KVINtC1a1ThETh5_Re61_E", '{a::T::<u8>(5, "a")}'],
    [
      "KVNtC1a1PS1xh3_1yVNtNtC1a1O4BothS1ab1_1bc27_EE",
      "{a::P { x: 3, y: a::O::Both { a: true, b: '\\'' } }}",
    ],
    ["AhTj1_E", "[u8; (1,)]"],
    ["WmRm1_m9_", "u32 is 1..=9"],
    ["WmORm1_m9_Rm14_mffffffff_E", "u32 is 1..=9 | 20..=4294967295"],
    ["WPhN", "*const u8 is !null"],
  ])("may have the argument %s, %s", (mangled, plain) => {
    expect(demangleRustV0(`_RINvC1a1b${mangled}E`)).toBe(`a::b::<${plain}>`);
  });

  test.each([
    "",
    "_",
    "_R",
    "_Rfoo",
    "R3foo",
    "_R0NvC1a1b",
    "__RNvC1a1b",
    "_RC0",
    "_RNvC1a",
    "_RNvC1a2b",
    "_RNvC1a1b.llvm.1",
    "_RNvC1a1bh",
    "_RNvC1a1bC1cC1d",
    "_RNvC1a1bC1",
    "_RN1C1a1b",
    "_RNvC1a99999999999999999999999b",
    "_RNvC1a3b c",
    "_RNvC1a1ö",
    "_RNvC1a3b\n",
    "_RNvCs1234a",
    "_RNvCszzzzzzzzzzzz_1a1b",
    "_RNCC1aszzzzzzzzzzz_0",
    "_RINvC1a1bhh",
    "_RINvC1a1bgE",
    "_RINvC1a1bTE",
    "_RINvC1a1bKE",
    "_RINvC1a1bKj5E",
    "_RINvC1a1bKj5G_E",
    "_RINvC1a1bKjA_E",
    "_RINvC1a1bKb2_E",
    "_RINvC1a1bKcd800_E",
    "_RINvC1a1bKc110000_E",
    "_RINvC1a1bKc00000000000000000110000_E",
    "_RINvC1a1bKf0_E",
    "_RINvC1a1bKRe6_E",
    "_RINvC1a1bKReff_E",
    "_RINvC1a1bKVNtC1a1UXE",
    "_RINvC1a1bWhXE",
    // A lifetime that nothing binds.
    "_RINvC1a1bL0_E",
    "_RINvC1a1bDNtC1a1cEL0_E",
    "_RINvC1a1bDNtC1a1cEhE",
    "_RINvC1a1bFK0EuE",
    "_RINvC1a1bFKu3bczEuE",
    // References to themselves, and to what is behind them.
    "_RB_",
    "_RNvB_1a",
    "_RNvB0_1a",
    "_RINvC1a1bB7_E",
    "_RINvC1a1bBz_E",
    // Punycode of upper-case letters, of a character U+0080, of one beyond U+10FFFF, of nothing.
    "_RNvC1au8gdel_Fqa",
    "_RNvC1au2aa",
    "_RNvC1au8_9999999a",
    "_RNvC1au8zzzzzzzz",
    "_RNvC1au4abc_",
    "_RNvC1au0",
  ])("%j is none", (name) => expect(demangleRustV0(name)).toBeUndefined());
});

/** A program of Rust, built without optimization so that most functions of it and of what it uses of Rust's library are there. */
const folder = mkdtempSync(join(tmpdir(), "stapflame-rust-names-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function built(mangling: "legacy" | "v0"): string {
  const program = join(folder, mangling);
  const source = fileURLToPath(new URL("../../workloads/names.rs", import.meta.url));
  const options = ["-Z", "unstable-options", "-C", `symbol-mangling-version=${mangling}`];
  // Which compilers that are no nightly build take from those who build Rust itself.
  const env = { ...process.env, RUSTC_BOOTSTRAP: "1" };
  execFileSync("rustc", ["--edition", "2021", ...options, "-o", program, source], { env, stdio: "pipe" });
  return program;
}

function namesIn(path: string, pattern: RegExp, options: string[] = []): string[] {
  const words = judge("nm", ["--defined-only", ...options, path]).split(/\s+/);
  return [...new Set(words.flatMap((word) => pattern.exec(word)?.[0] ?? []))];
}

/** Without what linkers and compilers have put behind it. */
const V0 = /^_R\w+/;
const LEGACY = /^_ZN.*17h[0-9a-f]{16}E/;

function compared(
  what: string,
  names: string[],
  demangle: (name: string) => string | Endless | undefined,
): string[] {
  const theirs = filtered(names);
  const before = performance.now();
  const ours = names.map(demangle);
  const microseconds = (1000 * (performance.now() - before)) / names.length;
  const differing = names.filter((_, i) => ours[i] !== theirs[i]);
  const share = (100 * (1 - differing.length / names.length)).toFixed(2);
  console.info(
    `${what}: ${names.length} names, ${microseconds.toFixed(1)} µs each, ${share}% as c++filt has them`,
  );
  return differing;
}

describe("functions of real programs are demangled as c++filt does", () => {
  test("v0", { timeout: 120_000 }, () => {
    const names = namesIn(built("v0"), V0);
    const differing = compared("v0", names, demangleRustV0);
    expect(names.length).toBeGreaterThan(1000);
    // Behind which c++filt writes a `_`.
    expect(differing.map((name) => demangleRustV0(name)).sort()).toEqual([
      "names::signed::<-128, -9223372036854775808, -0x80000000000000000000000000000000, -1>",
    ]);
    expect(differing.length / names.length).toBeLessThan(0.001);
    const all = names.map((name) => demangleRustV0(name)).join("\n");
    for (const part of [
      "<names::модуль::東京::駅>::開く::<(u8, &str)>",
      "<names::Größe<str, 9>>::messen::<true, 'x'>",
      "<[i16; 3] as names::Shape>::area",
      "<dyn for<'a> core::ops::function::Fn<(&'a u8,), Output = &'a u8> + core::marker::Send as names::Shape>::area",
      'names::kind::<extern "sysv64" fn(u8) -> u8>',
      "names::kind::<for<'a> fn(for<'b> fn(&'a u8, &'b u8), &'a mut str)>",
      "names::closures::{closure#0}::{closure#0}",
    ]) {
      expect(all).toContain(`\n${part}\n`);
    }
  });

  test("legacy", { timeout: 120_000 }, () => {
    const names = namesIn(built("legacy"), LEGACY);
    expect(names.length).toBeGreaterThan(1000);
    const differing = compared("legacy", names, demangleRustLegacy);
    // c++filt leaves the escapes of characters outside of ASCII as they are.
    for (const name of differing) {
      expect(demangleRustLegacy(name)).toMatch(/^names::(модуль::|Größe<T,_>::messen)/);
    }
    expect(differing.length).toBeLessThan(8);
  });

  const LIBRARIES = "/usr/lib/x86_64-linux-gnu";
  const libraries = readdirSync(LIBRARIES).filter((name) => /^libstd-.*\.so$/.test(name));
  test.each(libraries)("%s of Debian", (library) => {
    const path = join(LIBRARIES, library);
    const [legacy, v0] = [LEGACY, V0].map((pattern) => namesIn(path, pattern, ["-D"]));
    expect(legacy.length + v0.length).toBeGreaterThan(1000);
    expect(compared(`${library}, legacy`, legacy, demangleRustLegacy)).toEqual([]);
    if (v0.length > 0) expect(compared(`${library}, v0`, v0, demangleRustV0)).toEqual([]);
  });
});

/** Both, held to what they promise for any string. */
function demangledSafely(name: string): void {
  for (const plain of [demangleRustLegacy(name), demangleRustV0(name)]) {
    if (typeof plain !== "string") continue;
    expect(plain).not.toBe("");
    expect(plain.length).toBeLessThanOrEqual(64 * 1024);
    expect(plain).not.toMatch(/\p{Cc}|\p{Cs}/u);
  }
}

describe("a hostile name", () => {
  const REAL = [
    "_RINvMs6_NtCs9ltgdHTiPiY_4core3fmtNtB6_9Formatter4padxKRe6100_FG_KCRL0_hEuDNtC1a1cp1dhEL_TAhj5_EEC5names",
    "_RINvC5names4kindDG_INtB2_7VisitorRL0_ShENtNtC4core6marker4SendEL_VNtB2_1PS1xh3_1yb1_EEB2_",
    "_RNvMs1_NtNtCs_5namesu12_jvaxhakehbou7_1lqs16uNtB5_u3c5t7bcher_kva",
    `_ZN58_$LT$alloc..string..String$u20$as$u20$core..fmt..Debug$GT$3fmt${HASH}`,
  ];

  test("of any characters does no harm", () => {
    const alphabets = [
      fc.string(),
      fc.string({ unit: fc.constantFrom(..."ABCDEFIKLMNOPRSTVWXYGUabchjpsuvxy_0123456789") }),
      fc
        .array(
          fc.constantFrom(
            "NvC1a1b",
            "INvC1a1b",
            "T",
            "E",
            "B_",
            "B3_",
            "K",
            "j5_",
            "L0_",
            "G_",
            "F",
            "D",
            "p1c",
            "h",
          ),
        )
        .map((parts) => parts.join("")),
    ];
    for (const text of alphabets) {
      fc.assert(
        fc.property(text, (end) => {
          for (const begin of ["_R", "_RINvC1a1b", "_ZN"]) {
            for (const behind of ["", "E", HASH]) demangledSafely(begin + end + behind);
          }
        }),
      );
    }
  });

  test("that was a real one does no harm", () => {
    for (const [seed, name] of REAL.entries()) {
      for (const changed of changedNames(name, seed)) demangledSafely(changed);
    }
  });

  test.each([
    "F",
    "FG_",
    "T",
    "TINvC1a1b",
    "DINtC1a1b",
    "MC1a",
    "M",
    "Nv",
    "IC1aI",
    "KA",
    "AhV",
    "WhO",
    "KRKVINvC1a1bK",
  ])("that nests %s is none, however deep", (unit) => {
    for (const levels of [600, 8000, 1_000_000]) {
      const name = `_RINvC1a1b${unit.repeat(levels / unit.length)}h${"E".repeat(levels)}`;
      expect(demangleRustV0(name)).toBeUndefined();
    }
  });

  test("is demangled to a depth of some hundred levels", () => {
    const nested = (levels: number) => demangleRustV0(`_RINvC1a1b${"R".repeat(levels)}hE`);
    expect(nested(400)).toBe(`a::b::<${"&".repeat(400)}u8>`);
    expect(nested(600)).toBeUndefined();
  });

  /** Each pair is of two of the one before. */
  function doubling(first: string, levels: number): string {
    let name = `INvC1a1b${first}`;
    let last = "INvC1a1b".length;
    for (let i = 0; i < levels; i++) {
      const reference = `B${base62(last)}`;
      last = name.length;
      name += `T${reference}${reference}E`;
    }
    return `_R${name}E`;
  }

  function base62(value: number): string {
    const digits = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";
    const out =
      value <= 62
        ? digits[value - 1]
        : base62(Math.floor((value - 1) / 62) + 1).slice(0, -1) + digits[(value - 1) % 62];
    return `${out}_`;
  }

  test("that means gigabytes is told to be endless", () => {
    expect(demangleRustV0(doubling("h", 2))).toBe("a::b::<u8, (u8, u8), ((u8, u8), (u8, u8))>");
    const before = performance.now();
    const hidden = `MINvC1a1bKj${"f".repeat(4000)}_Eh`;
    const foreign = `NvC1au4000${"ba".repeat(2000)}1b`;
    for (const first of ["h", "TE", hidden, foreign, `KReE${"e280a8".repeat(500)}_`, "FGzz_Eu"]) {
      for (const levels of [20, 40, 300]) {
        expect(demangleRustV0(doubling(first, levels))).not.toBeTypeOf("string");
      }
    }
    expect(demangleRustV0(doubling("h", 20))).toBe(ENDLESS);
    expect(demangleRustV0("_RINvC1a1bFGzzzzzzzzzz_EuE")).toBe(ENDLESS);
    expect(performance.now() - before).toBeLessThan(3000);
  });

  test("of many characters takes linear time", () => {
    const before = performance.now();
    for (const part of ["1", "$", ".", "1a", "_$u7e$"]) {
      demangledSafely(`_ZN${part.repeat(8192 / part.length)}${HASH}`);
      const length = 8190 - (8190 % part.length);
      demangledSafely(`_ZN${length}${part.repeat(length / part.length)}${HASH}`);
    }
    for (const part of ["1", "N", "_", "s", "B_", "h", "u", "Kj5_", "R", "TE"]) {
      demangledSafely(`_R${part.repeat(8192 / part.length)}`);
      demangledSafely(`_RINvC1a1b${part.repeat(8192 / part.length)}E`);
    }
    expect(performance.now() - before).toBeLessThan(2000);
  });
});
