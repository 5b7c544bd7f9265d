import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { createDemangler } from "../../symbolizer/demangle.ts";
import { judge, mutations } from "./judges.ts";

const { demangle } = createDemangler();

describe("a mangled name", () => {
  test.each([
    ["_Z3foov", "foo()"],
    ["_ZNSt6vectorIiSaIiEE9push_backEOi", "std::vector<int, std::allocator<int> >::push_back(int&&)"],
    ["_ZZ3foovENKUlvE_clEv", "foo()::{lambda()#1}::operator()() const"],
    ["_ZThn8_N1A1fEv", "non-virtual thunk to A::f()"],
    ["_ZTv0_n24_N1A1fEv", "virtual thunk to A::f()"],
    ["_ZN4core3fmt9Formatter9write_str17h0123456789abcdefE", "core::fmt::Formatter::write_str"],
    ["_RNvCs1234_7mycrate3foo", "mycrate::foo"],
    ["_RNvC6_123foo3bar", "123foo::bar"],
  ])("%s is %s", (mangled, plain) => expect(demangle(mangled)).toBe(plain));

  test.each([
    ["_Z3foov.isra.0", "foo() [clone .isra.0]"],
    ["_Z3foov.cold", "foo() [clone .cold]"],
    ["_Z3foov.part.0.constprop.1", "foo() [clone .part.0] [clone .constprop.1]"],
    ["_Z3foov.lto_priv.0.cold", "foo() [clone .lto_priv.0] [clone .cold]"],
    ["_Z3foov.llvm.1234567", "foo() [clone .llvm.1234567]"],
    ["_Z3foov.cold.12", "foo() [clone .cold.12]"],
  ])("of a compiler's copy: %s is %s, as c++filt has it", (mangled, plain) => {
    expect(demangle(mangled)).toBe(plain);
    expect(judge("c++filt", [], `${mangled}\n`).trim()).toBe(plain);
  });

  test.each([
    ["_ZN4core3fmt5write17h0123456789abcdefE.llvm.5F", "core::fmt::write"],
    ["_ZN4core3fmt5write17h0123456789abcdefE.cold", "core::fmt::write [clone .cold]"],
    [
      "_ZN58_$LT$alloc..string..String$u20$as$u20$core..fmt..Debug$GT$3fmt17h0123456789abcdefE",
      "<alloc::string::String as core::fmt::Debug>::fmt",
    ],
    ["_ZN3foo9a..b.cold17h0123456789abcdefE.cold", "foo::a::b.cold [clone .cold]"],
    ["_RNvC6_123foo3bar.llvm.99", "123foo::bar"],
    ["_RNvC6_123foo3bar.cold.1", "123foo::bar [clone .cold.1]"],
    ["_ZdlPv@plt", "operator delete(void*)@plt"],
    ["_ZdlPv@@GLIBCXX_3.4", "operator delete(void*)@@GLIBCXX_3.4"],
  ])("with other ends: %s is %s", (mangled, plain) => expect(demangle(mangled)).toBe(plain));
});

describe("what is no mangled name", () => {
  test.each([
    "main",
    "",
    "_",
    "_Z",
    "_R",
    "_Zfoo",
    "_Rfoo",
    "__Z3foov",
    "_ZN3Foo",
    "main.cold",
    "_Z<script>alert(1)</script>",
    "_Z3foo;bar\n",
    "_Z\u0000",
    "_ZN5boost3foo17h0123456789abcdeE",
    "?foo@@YAXXZ",
  ])("stays: %j", (name) => expect(demangle(name)).toBe(name));

  test("never makes it throw", () => {
    const name = new TextEncoder().encode("_ZNSt6vectorIiSaIiEE9push_backEOi.isra.0");
    for (const mutated of mutations(name, 3000, 21)) demangle(new TextDecoder().decode(mutated));
    fc.assert(
      fc.property(
        fc.string(),
        (text) => demangle(`_Z${text}`).length > 0 && demangle(`_R${text}`).length > 0,
      ),
    );
  });
});

describe("a hostile name", () => {
  /** Each level is a pair of the one before, so that the plain name doubles with every ten characters. */
  function doubling(levels: number): string {
    let name = "_Z1f4pairIiiE";
    for (let i = 1; i <= levels; i++) {
      const before = `S${(i - 1).toString(36).toUpperCase()}_`;
      name += `S_I${before}${before}E`;
    }
    return name;
  }

  test("that means gigabytes stays as it is, and the next is demangled as ever", () => {
    const own = createDemangler();
    const before = performance.now();
    for (const levels of [20, 30, 35]) {
      expect(own.demangle(doubling(levels))).toBe(doubling(levels));
      expect(own.demangle(`_Z3bar${"i".repeat(levels)}`)).toBe(
        `bar(${Array(levels).fill("int").join(", ")})`,
      );
    }
    expect(performance.now() - before).toBeLessThan(3000);
  });

  test("is tried a bounded number of times", () => {
    const own = createDemangler();
    const before = performance.now();
    for (let i = 0; i < 2000; i++) own.demangle(`${doubling(30)}${"i".repeat(i)}`);
    expect(performance.now() - before).toBeLessThan(10_000);
  }, 20_000);

  test("that is deeply nested or very long is harmless", () => {
    for (const name of [`_Z1f${"P".repeat(8000)}i`, `_RNvC${"N".repeat(8000)}`, `_Z${"1".repeat(100_000)}`]) {
      expect(demangle(name).length).toBeLessThanOrEqual(name.length + 100);
    }
    expect(demangle(`_Z3fooI${doubling(9).slice(4)}Evv`).length).toBeLessThan(17_000);
  });
});
