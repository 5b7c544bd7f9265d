import { describe, expect, it } from "vitest";
import { parseV8Name } from "../../symbolizer/v8-name.ts";

const read = (entry: string) => {
  const parsed = parseV8Name(entry);
  return parsed && `${parsed.name} | ${parsed.file} | ${parsed.startLine}`;
};

describe("V8's entries in a perf map", () => {
  it("tiers of one function are one name", () => {
    for (const tier of ["*", "~", "^", "+", "", "*'", "+'", "o*", "o+", "o*'", "o+'"]) {
      expect(read(`JS:${tier}burn file:///work/busy.mjs:17:14`)).toBe(
        "burn busy.mjs:17 | /work/busy.mjs | 17",
      );
    }
  });

  it("a function whose name begins as a tier's mark does", () => {
    expect(read("JS:o file:///work/o.mjs:1:1")).toBe("o o.mjs:1 | /work/o.mjs | 1");
    expect(read("JS:o+o file:///work/o.mjs:1:1")).toBe("o o.mjs:1 | /work/o.mjs | 1");
    expect(read("JS:~open file:///work/o.mjs:1:1")).toBe("open o.mjs:1 | /work/o.mjs | 1");
    expect(read("JS:o* file:///work/o.mjs:1:1")).toBe("(anonymous) o.mjs:1 | /work/o.mjs | 1");
  });

  it("which tiers have code of their own", () => {
    const optimized = ["*", "+", "*'", "+'", "o*", "o+", "o*'", "o+'"];
    for (const tier of [...optimized, "~", "^", ""]) {
      expect([tier, parseV8Name(`JS:${tier}f /f.js:1:1`)?.isOptimized]).toEqual([
        tier,
        optimized.includes(tier),
      ]);
    }
  });

  it("anonymous functions, accessors, built-in modules, older kinds, escaped paths", () => {
    expect(read("JS:~ file:///work/busy.mjs:1:1")).toBe("(anonymous) busy.mjs:1 | /work/busy.mjs | 1");
    expect(read("LazyCompile:*get size node:internal/util:508:44")).toBe(
      "get size util:508 | node:internal/util | 508",
    );
    expect(read("Function:^run /srv/a.js:3:4")).toBe("run a.js:3 | /srv/a.js | 3");
    expect(read("JS:*f file:///my%20app/x.mjs:2:1")).toBe("f x.mjs:2 | /my app/x.mjs | 2");
    expect(read("JS:*f file:///bad%/x.mjs:2:1")).toBe("f x.mjs:2 | /bad%/x.mjs | 2");
  });

  it("everything else stands as it is", () => {
    for (const entry of [
      "Builtin:ArrayMap",
      "RegExp:(a|b):1",
      "Lcom/example/Main;::run",
      "JS:",
      "",
      "JS:*f x:99999999999:1",
    ]) {
      expect(parseV8Name(entry)).toBeUndefined();
    }
  });
});
