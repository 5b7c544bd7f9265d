import { describe, expect, it } from "vitest";
import { buildCallTree } from "../../../profile/call-tree.ts";
import { paintByKind, TEXT_COLOUR } from "../../../profile/formats/picture/colours.ts";
import { layoutPicture } from "../../../profile/formats/picture/layout.ts";
import { escapeXml } from "../../../profile/formats/svg/escape.ts";
import { type SvgOptions, writeSvg } from "../../../profile/formats/svg/writer.ts";
import { FRAME_KINDS } from "../../../profile/frames.ts";
import type { Profile } from "../../../profile/profile.ts";
import { profileOf } from "../picture.ts";

const svg = (profile: Profile, options?: SvgOptions) => [...writeSvg(profile, options)].join("");
/** Boxes of an SVG as `name x y width`. */
const boxes = (text: string) =>
  [...text.matchAll(/<title>([^\n]*)\n[^<]*<\/title><rect x="([\d.]+)" y="(\d+)" width="([\d.]+)"/g)].map(
    ([, name, x, y, width]) => `${name} ${x} ${y} ${width}`,
  );

describe("SVG pictures", () => {
  const profile = profileOf("comm=sh pid=1 | main;work 3\ncomm=sh pid=1 | main;idle 1");

  it("have a box for each frame, as wide as its weight", () => {
    expect(boxes(svg(profile, { width: 420 }))).toEqual([
      "all 10 109 400",
      "sh (1) 10 92 400",
      "main 10 75 400",
      "idle 10 58 100",
      "work 110 58 300",
    ]);
    expect(boxes(svg(profile, { width: 420, icicle: true }))[4]).toBe("work 110 109 300");
  });

  it("say what is in them", () => {
    const text = svg(profile, { title: "a <b> & c" });
    expect(text).toContain('<title id="title">a &lt;b&gt; &amp; c</title>');
    expect(text).toContain(">4 samples<");
    expect(text).toContain("<title>work\n3 samples, 75.00%</title>");
    expect(text).not.toContain("<script");
    expect(svg(profile, { interactive: true })).toContain("<script");
  });

  it("weigh by the sample type that is asked for", () => {
    const two = profileOf("a 1 1000000\nb 1 3000000");
    expect(svg(two, { valueIndex: 1 })).toContain("<title>b\n3.0 ms of cpu, 75.00%</title>");
  });

  it("draw what is too narrow as one grey box, and say how much that is", () => {
    const lines = Array.from({ length: 50 }, (_, at) => `narrow${at} 1`);
    const text = svg(profileOf(["wide 1000000", ...lines].join("\n")), { width: 1020 });
    expect(text).toContain("50 narrower or deeper frames");
    expect(boxes(text).length).toBe(3);
    const many = Array.from({ length: 20_000 }, (_, at) => `narrow${at} 1`);
    const run = svg(profileOf(["wide 20000", ...many].join("\n")), { width: 1020 });
    expect(run).toContain('<g class="f r w"><title>20,000 narrower frames\n20,000 samples, 50.00%</title>');
  });

  it("let no name break out, and none that XML forbids in", () => {
    const hostile = profileOf("a 1\nb 1\nc 1\nd 1");
    hostile.strings.push("<script>alert(1)</script>", "]]></svg>", "a\0b\x1b\ud800c\ufffe", '"&\n');
    hostile.functions.name.set([5, 6, 7, 8].map((at) => hostile.strings.length - 9 + at));
    const text = svg(hostile, { interactive: true, title: "]]></title><script>" });
    expect(text.match(/<script/g)?.length).toBe(1);
    expect(text.match(/<\/svg>/g)?.length).toBe(1);
    expect(text.match(/\]\]>/g)?.length).toBe(1);
    expect(escapeXml("a\0b\x1b\ud800c\ufffe\u{1f600}")).toBe("a\ufffdb\ufffd\ufffdc\ufffd\u{1f600}");
    // biome-ignore lint/suspicious/noControlCharactersInRegex: none may be there.
    expect(/[\0-\x08\x0b-\x1f]/.test(text)).toBe(false);
  });

  it("may be of a stack of 100,000 frames, which is cut and said", () => {
    const text = svg(profileOf(`main${";recurse".repeat(100_000)} 7`));
    expect(text).toMatch(/9\d,\d{3} narrower or deeper frames/);
    expect(boxes(text).length).toBeLessThan(3010);
  });

  it("of nothing, or of what cancels out, are a picture too", () => {
    expect(boxes(svg(profileOf(""))).length).toBe(1);
    expect(boxes(svg(profileOf("a 3\nb -3"))).length).toBe(1);
  });
});

describe("layoutPicture", () => {
  it("counts what it hides once", () => {
    const tree = buildCallTree(profileOf("a;b;c 1\na;d 1\ne 998"), { groupBy: "none" });
    const layout = layoutPicture(tree, 100, 1);
    expect([layout.hiddenFrames, layout.hiddenWeight]).toEqual([4, 2]);
  });
});

describe("colours", () => {
  it("have text of enough contrast on them (WCAG AA)", () => {
    for (const kind of FRAME_KINDS) {
      for (let at = 0; at < 300; at++) {
        expect(contrast(paintByKind(`name${at}`, kind), TEXT_COLOUR)).toBeGreaterThan(4.5);
      }
    }
  });

  it("stay with the name", () => {
    expect(paintByKind("main", "user")).toBe(paintByKind("main", "user"));
    expect(paintByKind("main", "user")).not.toBe(paintByKind("main", "kernel"));
  });
});

/** WCAG 2.2's contrast ratio. */
function contrast(a: string, b: string): number {
  const luminance = (hex: string) => {
    const [r, g, blue] = (hex.slice(1).match(/../g) ?? []).map((part) => {
      const value = Number.parseInt(part, 16) / 255;
      return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * r + 0.7152 * g + 0.0722 * blue;
  };
  const [light, dark] = [luminance(a), luminance(b)].sort((x, y) => y - x);
  return (light + 0.05) / (dark + 0.05);
}
