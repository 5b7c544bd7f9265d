import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { TreeFrameKind } from "../../profile/frames.ts";
import { foldTemplates } from "../../viewer/model/fold-templates.ts";
import { packageOf } from "../../viewer/model/package-name.ts";

describe("foldTemplates", () => {
  test.each([
    ["main", "main"],
    ["std::vector<int>::push_back(int const&)", "std::vector<…>::push_back(int const&)"],
    ["std::map<int, std::vector<char>>::find(int)", "std::map<…>::find(int)"],
    ["void f<std::pair<int, long> >(std::set<int>&)", "void f<…>(std::set<…>&)"],
    ["a<b<c<d>>>::e<f>()", "a<…>::e<…>()"],
    // Operators are no brackets.
    ["bool operator<(A const&, A const&)", "bool operator<(A const&, A const&)"],
    ["bool operator< <char>(S<char> const&)", "bool operator< <…>(S<…> const&)"],
    ["bool operator<<char>(S<char> const&)", "bool operator<<…>(S<…> const&)"],
    ["std::operator<< <std::char_traits<char> >(std::ostream&)", "std::operator<< <…>(std::ostream&)"],
    ["std::ostream& operator<<(std::ostream&, A<int>)", "std::ostream& operator<<(std::ostream&, A<…>)"],
    ["A<int>::operator>>(int)", "A<…>::operator>>(int)"],
    ["operator>><char>(int)", "operator>><…>(int)"],
    ["P<T>::operator->() const", "P<…>::operator->() const"],
    ["P<T>::operator->*(int)", "P<…>::operator->*(int)"],
    ["V<int>::operator<=>(V<int> const&) const", "V<…>::operator<=>(V<…> const&) const"],
    ["F<int>::operator()<long>(long) const", "F<…>::operator()<…>(long) const"],
    ["F::operator() <long>(long)", "F::operator() <…>(long)"],
    ["my_operator<int>()", "my_operator<…>()"],
    // Values as arguments, with comparisons in parentheses.
    ["enable<(1 < 2)>::f()", "enable<…>::f()"],
    ["enable<(sizeof(T) > 4), int>::f()", "enable<…>::f()"],
    ["A<(char)60>::f()", "A<…>::f()"],
    ["S<&(B::operator<(B const&) const)>::g()", "S<…>::g()"],
    // D's.
    [
      "work.Vec!(double).Vec.dot(work.Vec!(double).Vec) const",
      "work.Vec!(…).Vec.dot(work.Vec!(…).Vec) const",
    ],
    ['std.sort!("a < b", std.map!(int).map).sort(int[])', "std.sort!(…).sort(int[])"],
    ["A::operator!(int) const", "A::operator!(int) const"],
    ["work.f!().f(int)", "work.f!().f(int)"],
    // Lambdas and local names.
    ["main::{lambda(std::vector<int>)#1}::operator()", "main::{lambda(std::vector<…>)#1}::operator()"],
    ["run<main::{lambda(int)#1}>(main::{lambda(int)#1}&&)", "run<…>(main::{lambda(int)#1}&&)"],
    ["f<int>(int)::'lambda'(A<B>)::operator()<C>(C)", "f<…>(int)::'lambda'(A<…>)::operator()<…>(C)"],
    ["h[abi:cxx11]<int>()", "h[abi:cxx11]<…>()"],
    // Rust: a qualified path is no list of arguments.
    [
      "<alloc::vec::Vec<T,A> as core::ops::drop::Drop>::drop",
      "<alloc::vec::Vec<…> as core::ops::drop::Drop>::drop",
    ],
    ["<T as core::convert::Into<U>>::into", "<T as core::convert::Into<…>>::into"],
    ["core::iter::Iterator::collect::<Vec<u8>>", "core::iter::Iterator::collect::<…>"],
    ["core::ptr::drop_in_place<alloc::string::String>", "core::ptr::drop_in_place<…>"],
    ["<fn(A) -> B as F<X>>::call", "<fn(A) -> B as F<…>>::call"],
    ["call<fn(A) -> Option<B>>::go", "call<…>::go"],
    ["a::<impl b::Trait<C> for D>::f", "a::<impl b::Trait<…> for D>::f"],
    ["<&mut I as Iterator>::next", "<&mut I as Iterator>::next"],
    // What is no list of arguments, or does not balance, stays.
    ["java.util.ArrayList.<init>", "java.util.ArrayList.<init>"],
    ["<anonymous>", "<anonymous>"],
    ["(anonymous namespace)::g<int>", "(anonymous namespace)::g<…>"],
    ["vector<int", "vector<int"],
    ["vector<a<b>::c", "vector<a<…>::c"],
    ["a>b>c", "a>b>c"],
    ["if (a < b) f<int>", "if (a < b) f<…>"],
    ["x<>::f", "x<>::f"],
    ["", ""],
  ])("%s", (name, folded) => {
    expect(foldTemplates(name)).toBe(folded);
  });

  test("folding what is folded changes nothing, and hostile nesting takes no time", () => {
    const piece = fc.constantFrom(
      "<",
      ">",
      "(",
      ")",
      "{",
      "}",
      "a",
      "::",
      " ",
      "operator",
      "->",
      "!",
      "const",
      ",",
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 60 }), (pieces) => {
        const once = foldTemplates(pieces.join(""));
        expect(once.length).toBeLessThanOrEqual(pieces.join("").length);
        foldTemplates(once);
      }),
    );
    const start = process.cpuUsage();
    for (const each of ["a<", "<", "a <", "operator<", "(<", "a<b>", "a<)", ")", "::<", "a!(", "a!(b)"]) {
      foldTemplates(each.repeat(100_000));
      foldTemplates(each.repeat(50_000) + ">".repeat(50_000) + ")".repeat(50_000));
    }
    expect(process.cpuUsage(start).user / 1e6).toBeLessThan(10);
  });
});

describe("packageOf", () => {
  const LIBC = "/usr/lib/libc.so.6";
  test.each<[string, string, TreeFrameKind?, string?]>([
    ["std::vector<int>::push_back(int const&)", "std"],
    ["void std::sort<It, Less>(It, It, Less)", "std"],
    ["v8::internal::Heap::CollectGarbage(v8::internal::AllocationSpace)", "v8"],
    ["non-virtual thunk to ns::A::f()", "ns"],
    ["<alloc::vec::Vec<T> as core::ops::Drop>::drop", "alloc"],
    ["<dyn a::B as c::D>::e", "a"],
    ["core::ptr::drop_in_place<x::Y>", "core"],
    ["net/http.(*conn).serve", "net/http"],
    ["runtime.mallocgc", "runtime"],
    ["github.com/a/b.F", "github.com/a/b"],
    ["java.util.HashMap.get", "java.util"],
    ["java/util/HashMap.get", "java.util"],
    ["Ljava/util/HashMap;::get", "java.util"],
    ["Stdlib.Map.add_200", "Stdlib"],
    ["Work.++_12", "Work"],
    ["work.fib(int)", "work"],
    [
      "core.internal.gc.impl.conservative.gc.Gcx.mark!(true, false).mark(void*)",
      "core.internal.gc.impl.conservative.gc",
    ],
    ["std.algorithm.sorting.sort!(a, b).sort(int[])", "std.algorithm.sorting"],
    ["std.stdio.File.open(int) @safe", "std.stdio"],
    ["work.Vec!(double).Vec.dot(work.Vec!(double).Vec) const", "work"],
    ["LazyCompile:*render /srv/app/view.js:12", "view.js"],
    ["heavy file:///srv/node_modules/@a/b/lib/x.mjs:3:1", "@a/b"],
    ["* processTimers node:internal/timers:512", "node"],
    ["memcpy", "libc.so.6", "library", LIBC],
    ["operator new(unsigned long)", "libc.so.6", "library", LIBC],
    ["tcp_sendmsg", "[kernel]", "kernel", "[kernel]"],
    ["0x1234", "unknown", "unknown", ""],
    ["nginx (812)", "", "process", ""],
  ])("%s: %s", (name, expected, kind = "user", module = "/usr/bin/demo") => {
    expect(packageOf(name, kind, module)).toBe(expected);
  });

  test("survives any name", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary", maxLength: 300 }), (name) => {
        expect(packageOf(name, "user", "/bin/x")).not.toBe("");
      }),
    );
    for (const each of ["a.", "a/", "a::", "<", " :1", "node_modules/", "A:", "\u0000"]) {
      packageOf(each.repeat(50_000), "user", "/bin/x");
    }
  });
});
