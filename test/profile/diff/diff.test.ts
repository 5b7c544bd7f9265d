import { describe, expect, it } from "vitest";
import { valueText } from "../../../profile/diff/change-text.ts";
import { Verdict } from "../../../profile/diff/compare.ts";
import { type DiffOptions, diffProfiles, type ProfileDiff } from "../../../profile/diff/diff.ts";
import { suggestRenames } from "../../../profile/diff/rename-suggestions.ts";
import { headlineWords, scaleOf } from "../../../profile/diff/words.ts";
import type { Profile } from "../../../profile/profile.ts";
import { picture, profileOf } from "../picture.ts";

function compare(before: string | Profile, after: string | Profile, options?: DiffOptions): ProfileDiff {
  const read = (side: string | Profile) => (typeof side === "string" ? profileOf(side) : side);
  return diffProfiles(
    [{ name: "before", profile: read(before) }],
    [{ name: "after", profile: read(after) }],
    options,
  );
}

/** The joint tree as indented text: `name before→after`, `+` before a frame that only one side has in between. */
function pathPicture({ paths, keys, pathTotal }: ProfileDiff): string {
  const lines: string[] = [];
  for (let row = 0; row < paths.length; row++) {
    const mark = paths.inserted[row] !== 0 ? "+" : "";
    lines.push(
      `${"  ".repeat(paths.depth[row])}${mark}${keys.name[paths.key[row]]} ${pathTotal.beforeWeight[row]}→${pathTotal.afterWeight[row]}`,
    );
  }
  return lines.join("\n");
}

/** `name before→after` of a function's shares in percents. */
function shares(diff: ProfileDiff, name: string, which: "functionTotal" | "functionSelf"): string {
  const key = diff.keys.name.indexOf(name);
  const scale = scaleOf(diff);
  return `${valueText(scale, diff[which].before[key])}→${valueText(scale, diff[which].after[key])}`;
}

describe("shares", () => {
  it("are of all, in total and self, whatever was recorded how long", () => {
    const diff = compare("main;work 30\nmain;rest 70", "main;work 600\nmain;rest 400");
    expect(shares(diff, "work", "functionTotal")).toBe("30.0%→60.0%");
    expect(shares(diff, "main", "functionTotal")).toBe("100.0%→100.0%");
    expect(shares(diff, "main", "functionSelf")).toBe("0.0%→0.0%");
    expect(headlineWords(diff)?.text).toMatch(/^\+30\.0% \(.*\) of all samples in work: 30\.0% → 60\.0%$/);
  });

  it("count recursion once", () => {
    const diff = compare("main;f;g;f;f 50\nmain;h 50", "main;f;g;f;f 50\nmain;h 150");
    expect(shares(diff, "f", "functionTotal")).toBe("50.0%→25.0%");
    expect(diff.functionTotal.beforeWeight[diff.keys.name.indexOf("f")]).toBe(50);
  });

  it("can be of one function's, or of nothing", () => {
    const before = "main;work 30\nmain;rest 70";
    const after = "main;work 600\nmain;rest 400";
    const frame = compare(before, after, { normalization: { kind: "frame", name: "rest" } });
    expect(shares(frame, "work", "functionTotal")).toBe("42.9%→150.0%");
    const none = compare(before, after, { normalization: { kind: "none" } });
    expect(none.functionTotal.after[none.keys.name.indexOf("work")]).toBe(600);
    expect(() => compare(before, after, { normalization: { kind: "frame", name: "nobody" } })).toThrow(
      "There is no function nobody to divide by.",
    );
    expect(() => compare(before, after, { normalization: { kind: "time" } })).toThrow(
      "before does not tell how long it was recorded.",
    );
  });

  it("can be of the time recorded", () => {
    const lasting = (text: string, seconds: number) => ({ ...profileOf(text), durationNanos: seconds * 1e9 });
    const diff = compare(lasting("main;work 100 1000000000", 2), lasting("main;work 100 1000000000", 4), {
      normalization: { kind: "time" },
    });
    expect(shares(diff, "work", "functionTotal")).toBe("0.50 CPUs→0.25 CPUs");
    expect(diff.functionTotal.verdict[diff.keys.name.indexOf("work")]).toBe(Verdict.significant);
  });
});

describe("functions across builds", () => {
  it("are the same inlined and called, with suffixes and without, in files of other versions", () => {
    const diff = compare(
      "main@/a/app;parse.isra.0@/a/app>skip@/a/app 50\nmain@/a/app;copy@/lib/libc-2.31.so 50".replace(
        ">skip@/a/app",
        "",
      ),
      "main@/b/app;parse@/b/app 50\nmain@/b/app;copy@/lib/libc.so.6 50",
    );
    expect(pathPicture(diff)).toBe(
      picture(`
        all 100→100
          main 100→100
            parse 50→50
            copy 50→50`),
    );
  });

  it("keep their row when the compiler put them into their caller", () => {
    const diff = compare("main;outer;inner 40\nmain;rest 60", "main;outer>inner 40\nmain;rest 60");
    expect(shares(diff, "inner", "functionTotal")).toBe("40.0%→40.0%");
    expect(pathPicture(diff)).toBe(
      picture(`
        all 100→100
          main 100→100
            rest 60→60
            outer 40→40
              inner 40→40`),
    );
  });

  it("are matched by name alone where one side knows no files", () => {
    const diff = compare(
      "main;work 30\nmain;rest 70",
      "main@/app;work@/lib/libx.so.1 35\nmain@/app;rest@/app 65",
    );
    expect(shares(diff, "work", "functionTotal")).toBe("30.0%→35.0%");
    expect(diff.functionTotal.discoveries).toBe(0);
  });

  it("are told by address only where both sides have the same build", () => {
    const withIds = (text: string, id: string) => {
      const profile = profileOf(text);
      profile.mappings.buildId.fill(profile.strings.push(id) - 1);
      return profile;
    };
    const [before, after] = ["0x10@/app;0x20@/app 10\n0x10@/app;0x30@/app 20", "0x10@/app;0x20@/app 20"];
    const same = compare(withIds(before, "abcd"), withIds(after, "abcd"));
    expect(pathPicture(same)).toBe(
      picture(`
        all 30→20
          app+0x10 30→20
            app+0x20 10→20
            app+0x30 20→0`),
    );
    const other = compare(withIds(before, "abcd"), withIds(after, "ef01"));
    expect(pathPicture(other)).toBe("all 30→20\n  [unnamed in app] 30→20");
    // Nor do functions that are only told by where they begin.
    const functions = "main@/app;app+0x10@/app 10\nmain@/app;app+0x30@/app 20";
    const later = "main@/app;app+0x20@/app 20";
    expect(pathPicture(compare(withIds(functions, "abcd"), withIds(later, "ef01")))).toBe(
      "all 30→20\n  main 30→20\n    [unnamed in app] 30→20",
    );
    expect(pathPicture(compare(withIds(functions, "abcd"), withIds(functions, "abcd")))).toBe(
      "all 30→30\n  main 30→30\n    app+0x30 20→20\n    app+0x10 10→10",
    );
  });

  it("are those that --match-rename names, and suggested where they are alike", () => {
    const before = "main;render_page;fill 300\nmain;rest 700";
    const after = "main;render_html_page;fill 310\nmain;rest 690";
    const diff = compare(before, after);
    const [suggestion, ...more] = suggestRenames(diff);
    expect(more).toEqual([]);
    expect([diff.keys.name[suggestion.from], diff.keys.name[suggestion.to]]).toEqual([
      "render_page",
      "render_html_page",
    ]);
    const matched = compare(before, after, { renames: [["render_page", "render_html_page"]] });
    expect(matched.functionTotal.discoveries).toBe(0);
    expect(shares(matched, "render_html_page", "functionTotal")).toBe("30.0%→31.0%");
    expect(suggestRenames(matched)).toEqual([]);
  });
});

describe("paths", () => {
  it("are aligned where a frame was put between", () => {
    const diff = compare(
      "main;serve;render;fill 40\nmain;serve;render;escape 20\nmain;serve;parse 40",
      "main;serve;cached;render;fill 44\nmain;serve;cached;render;escape 20\nmain;serve;cached;look 2\nmain;serve;parse 40",
    );
    expect(pathPicture(diff)).toBe(
      picture(`
        all 100→106
          main 100→106
            serve 100→106
              +cached 60→66
                render 60→64
                  fill 40→44
                  escape 20→20
                look 0→2
              parse 40→40`),
    );
  });

  it("are aligned where one was taken away, also twice on the way", () => {
    const diff = compare("a;w;b;v;c;d 10\na;e 5", "a;b;c;d 12\na;e 5");
    expect(pathPicture(diff)).toBe(
      picture(`
        all 15→17
          a 15→17
            +w 10→12
              b 10→12
                +v 10→12
                  c 10→12
                    d 10→12
            e 5→5`),
    );
  });

  it("are not moved where the frame is on both sides, or mostly something else", () => {
    const both = compare("a;f 10\na;w;f 10", "a;w;f 20");
    expect(pathPicture(both)).not.toContain("+");
    const little = compare("a;f 10", "a;w;f 1\na;w;g 50");
    expect(pathPicture(little)).not.toContain("+");
  });

  it("does not take a stray sample for what a renamed function calls", () => {
    const diff = compare(
      "serve;page;escape 400\nserve;rest 600",
      "serve;html_page;escape 400\nserve;escape 1\nserve;rest 599",
    );
    expect(pathPicture(diff)).not.toContain("+");
    const turned = compare("serve;escape 1\nserve;rest 599", "serve;html_page;escape 400\nserve;rest 600");
    expect(pathPicture(turned)).not.toContain("+");
  });

  it("5,000 frames deep overflow nothing", () => {
    const deep = Array.from({ length: 5000 }, (_, depth) => `f${depth % 7}`).join(";");
    const diff = compare(`main;${deep} 10`, `main;wrapper;${deep} 12`);
    expect(diff.paths.length).toBe(5003);
    expect(diff.functionTotal.afterWeight[diff.keys.name.indexOf("f0")]).toBe(12);
  });
});

describe("the headline", () => {
  it("names the program's function and what in it most of the change is by", () => {
    const diff = compare(
      `main@/app;serve@/app;parse_header@/app;memcpy@/lib/libc.so.6 100
       main@/app;serve@/app;parse_header@/app 300
       main@/app;serve@/app;other@/app 4000
       main@/app;serve@/app;third@/app 3000
       main@/app;idle@/app 2600`,
      `main@/app;serve@/app;parse_header@/app;memcpy@/lib/libc.so.6 900
       main@/app;serve@/app;parse_header@/app 310
       main@/app;serve@/app;other@/app 4000
       main@/app;serve@/app;third@/app 3000
       main@/app;idle@/app 2600`,
    );
    expect(headlineWords(diff)?.text).toMatch(
      /^\+7\.2% \(6\.\d–8\.\d\) of all samples in parse_header, mostly by memcpy: 4\.0% → 11\.2%$/,
    );
  });

  it("names the one that became faster, not the many whose shares grew for it", () => {
    const rest = (scale: number) =>
      Array.from({ length: 9 }, (_, index) => `main;f${index} ${1000 * scale}`).join("\n");
    const diff = compare(`main;slow 3000\n${rest(1)}`, `main;slow 1000\n${rest(1)}`);
    expect(headlineWords(diff)?.text).toMatch(/^−15\.0% \(.*\) of all samples in slow: 25\.0% → 10\.0%$/);
  });

  it("says what is new and what is gone", () => {
    expect(headlineWords(compare("main;a 900", "main;a 900\nmain;b 300"))?.text).toContain(
      "in b, which is new",
    );
    expect(headlineWords(compare("main;a 900\nmain;b 300", "main;a 900"))?.text).toContain(
      "in b, which is gone",
    );
    expect(headlineWords(compare("main;a 900\nmain;b 300", "main;a 900\nmain;b 301"))).toBeUndefined();
  });
});

describe("what cannot be compared", () => {
  const typed = (type: string, unit: string, text = "main 5", comments: string[] = []) => ({
    ...profileOf(text),
    sampleTypes: [{ type, unit }],
    comments,
  });
  it.each([
    [
      typed("cpu", "nanoseconds"),
      typed("alloc_space", "bytes"),
      /^Different kinds of profile cannot be compared: before has cpu\/nanoseconds, after has alloc_space\/bytes\.$/,
    ],
    [typed("cpu", "nanoseconds"), typed("cpu", "milliseconds"), /^Different units cannot be compared/],
    [
      typed("samples", "count"),
      typed("samples", "count", "main 0"),
      /^after holds no samples of samples\/count\.$/,
    ],
    [
      typed("samples", "count", "main -5\nmain;a 10"),
      typed("samples", "count"),
      /^before has values that are negative/,
    ],
    [
      typed("samples", "count", "main 5", ["stapflame.event: timer.profile"]),
      typed("samples", "count", "main 5", ["stapflame.event: perf.hw.cache_misses"]),
      /^Different events cannot be compared: before was sampled at timer\.profile, after at perf\.hw\.cache_misses\.$/,
    ],
  ])("is refused in one sentence: %#", (before, after, message) => {
    expect(() => compare(before, after)).toThrow(message);
  });

  it("a type that was asked for and is not there", () => {
    expect(() => compare("main 5", "main 5", { valueType: "wall" })).toThrow(
      "Not all profiles have wall: all have samples/count.",
    );
  });
});
