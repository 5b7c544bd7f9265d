import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { withoutImportPath } from "../../viewer/model/import-path.ts";

describe("withoutImportPath", () => {
  test.each([
    ["github.com/foo/bar/baz.(*T).Method", "baz.(*T).Method"],
    [
      "github.com/microsoft/typescript-go/internal/checker.(*Checker).checkParameter",
      "checker.(*Checker).checkParameter",
    ],
    ["github.com/microsoft/typescript-go/internal/ast.IsNamespaceImport", "ast.IsNamespaceImport"],
    ["net/http.(*conn).serve", "http.(*conn).serve"],
    ["net/http.HandlerFunc.ServeHTTP", "http.HandlerFunc.ServeHTTP"],
    ["internal/poll.runtime_pollWait", "poll.runtime_pollWait"],
    ["internal/runtime/maps.(*Iter).Next", "maps.(*Iter).Next"],
    ["gopkg.in/yaml%2ev3.Unmarshal", "yaml%2ev3.Unmarshal"],
    ["golang.org/x/sync/errgroup.(*Group).Go.func1", "errgroup.(*Group).Go.func1"],
    ["github.com/BurntSushi/toml.Decode", "toml.Decode"],
    ["github.com/a/b.glob..func1", "b.glob..func1"],
    ["github.com/a/b.(*T).M-fm", "b.(*T).M-fm"],
    ["vendor/golang.org/x/net/http2.init", "http2.init"],
    ["github.com/a/b.Map[go.shape.int,github.com/c/d.E]", "b.Map[go.shape.int,github.com/c/d.E]"],
    ["github.com/a/größe.Öffnen", "github.com/a/größe.Öffnen"],
    ["github.com/a/b.Öffnen", "b.Öffnen"],
  ])("of Go: %s", (name, label) => {
    expect(withoutImportPath(name)).toBe(label);
  });

  test.each([
    "runtime.mallocgc",
    "main.main",
    "std::vector<int>::push_back(int const&)",
    "ns::operator/(ns::Path const&, char)",
    "boost::filesystem::operator/=(char const*)",
    "<alloc::vec::Vec<T> as core::ops::Drop>::drop",
    "core::ops::function::FnOnce::call_once{{vtable.shim}}",
    "_ZN4core3ops8function6FnOnce9call_once17h0123456789abcdefE",
    "java/util/HashMap.get",
    "java.util.HashMap.get",
    "java.base/java.lang.Thread.run",
    "Ljava/util/HashMap;::get",
    "com/foo/Bar.baz",
    "LazyCompile:*render /app/view.js:12",
    "render file:///app/x.mjs:3:1",
    "node:internal/timers:512",
    "node_modules/left-pad/index.js",
    "webpack://app/src/a.ts",
    "app/models/user.rb:12",
    "/usr/lib/x86_64-linux-gnu/libc.so.6",
    "src/http/parse.c",
    "lib/foo.py",
    "/home/a/b.Run",
    "[kernel.kallsyms]",
    "kworker/0:1",
    "a / b.c",
    "",
  ])("not of Go: %s", (name) => {
    expect(withoutImportPath(name)).toBe(name);
  });

  test("gives an end of any name, in no time", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), (name) => {
        expect(name.endsWith(withoutImportPath(name))).toBe(true);
      }),
    );
    for (const part of ["a/", "a.", "/", "a.b/", "("]) {
      const start = performance.now();
      withoutImportPath(part.repeat(200_000));
      expect(performance.now() - start).toBeLessThan(500);
    }
  });
});
