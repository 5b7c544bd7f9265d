import { describe, expect, it } from "vitest";
import { normalizeModule, normalizeName, withoutTemplates } from "../../../profile/diff/function-key.ts";
import { pairModules } from "../../../profile/diff/module-pairs.ts";
import { nameLikeness } from "../../../profile/diff/rename-suggestions.ts";

describe("names across builds", () => {
  it.each([
    ["parse_header.isra.0", "parse_header"],
    ["finish_task_switch.isra.0.cold", "finish_task_switch"],
    ["work.constprop.12.part.0", "work"],
    ["scan.lto_priv.3", "scan"],
    ["f.llvm.12345678901234", "f"],
    ["f.__uniq.99.llvm.1", "f"],
    ["parse(char const*) [clone .isra.0]", "parse(char const*)"],
    ["parse(char const*) [clone .cold]", "parse(char const*)"],
    ["core::fmt::write::h0123456789abcdef", "core::fmt::write"],
    ["std::string::find[abi:cxx11](int)", "std::string::find(int)"],
    ["memcpy@plt", "memcpy@plt"],
    ["a.b", "a.b"],
    [".cold", ".cold"],
    ["", ""],
  ])("%s is %s", (name, bare) => {
    expect(normalizeName(name)).toBe(bare);
  });

  it("leaves out template arguments where asked for, but no operators", () => {
    expect(withoutTemplates("map<int, list<char>>::find(int)")).toBe("map<>::find(int)");
    expect(withoutTemplates("ostream& operator<<<char>(ostream&)")).toBe("ostream& operator<<<>(ostream&)");
    expect(withoutTemplates("bool operator<(A, B)")).toBe("bool operator<(A, B)");
    expect(withoutTemplates("a < b")).toBe("a < b");
    expect(normalizeName("v<int>::push", { ignoreTemplates: true })).toBe(
      normalizeName("v<long>::push", { ignoreTemplates: true }),
    );
  });

  it("takes no time for names that are made to take long", () => {
    const start = performance.now();
    for (const name of [
      ".isra.0".repeat(500),
      " [clone ".repeat(500),
      "<".repeat(4000),
      "f.0".repeat(1300),
    ]) {
      normalizeName(name, { ignoreTemplates: true });
    }
    expect(performance.now() - start).toBeLessThan(1000);
  });

  it.each([
    ["/lib/x86_64-linux-gnu/libc.so.6", "libc.so"],
    ["/lib/libc-2.36.so", "libc.so"],
    ["/usr/bin/server (deleted)", "server"],
    ["/tmp/perf-1234.map", "perf.map"],
    ["[kernel]", "[kernel]"],
    ["/opt/libfoo.so.1.2.3", "libfoo.so"],
    ["", ""],
  ])("the file %s is %s", (file, name) => {
    expect(normalizeModule(file)).toBe(name);
  });
});

describe("files that were renamed", () => {
  const names = (text: string) => new Set(text.split(" "));

  it("are paired when they hold the same functions, each once", () => {
    const before = new Map([
      ["server-old", names("main parse render sum")],
      ["libc.so", names("memcpy")],
      ["helper", names("x y")],
    ]);
    const after = new Map([
      ["server-new", names("main parse render sum extra")],
      ["libc.so", names("memcpy")],
      ["other", names("main q r s")],
    ]);
    expect([...pairModules(before, after)]).toEqual([["server-old", "server-new"]]);
  });
});

it("names are alike by their letters", () => {
  expect(nameLikeness("render_page", "render_html_page")).toBeGreaterThan(0.7);
  expect(nameLikeness("render_page", "render_page")).toBe(1);
  expect(nameLikeness("abc", "xyz")).toBe(0);
  expect(nameLikeness("a", "a")).toBe(0);
});
