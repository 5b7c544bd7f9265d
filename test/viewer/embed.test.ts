import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { decodeBase93, encodeBase93 } from "../../viewer/data/base93.ts";
import { embedProfile } from "../../viewer/embed.ts";

const TEMPLATE =
  '<head><title>stapflame</title></head><body><script type="text/plain" id="stapflame-profile"></script></body>';
const BYTES = Uint8Array.of(1, 2, 3);
const TEXT = encodeBase93(BYTES);

describe("embedProfile", () => {
  test("fills the data and the title", () => {
    expect(embedProfile(TEMPLATE, BYTES, "node busy.mjs")).toBe(
      `<head><title>node busy.mjs</title></head><body><script type="text/plain" id="stapflame-profile">${TEXT}</script></body>`,
    );
  });

  test("titles are text, whatever is in them", () => {
    const page = embedProfile(TEMPLATE, new Uint8Array(), "</title><script>alert(1)</script> $& $1 $' & \"'");
    expect(page).toContain(
      "<title>&lt;/title&gt;&lt;script&gt;alert(1)&lt;/script&gt; $&amp; $1 $&#39; &amp; &quot;&#39;</title>",
    );
  });

  test("a title that looks like the place of the data does not take the data", () => {
    const page = embedProfile(TEMPLATE, BYTES, '<script type="text/plain" id="stapflame-profile">');
    expect(page.endsWith(`<script type="text/plain" id="stapflame-profile">${TEXT}</script></body>`)).toBe(
      true,
    );
  });

  test("refuses a template without places", () => {
    expect(() => embedProfile("<html></html>", BYTES, "")).toThrow("template has no <title>");
  });
});

describe("base 93", () => {
  test("gives back what was encoded, in characters that nothing changes", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        const text = encodeBase93(bytes);
        expect(text).toMatch(/^[!-;=-~]*$/);
        expect(decodeBase93(text)).toEqual(bytes);
      }),
    );
  });

  test("is 16/13 as long as the bytes", () => {
    for (const length of [0, 1, 2, 13, 1_300_000]) {
      expect(encodeBase93(new Uint8Array(length).fill(255)).length).toBe(Math.ceil((length * 16) / 13));
    }
  });

  test.each(["a<", "a b!", "ab\u00e9d", "\u0000a", "abc\n"])("refuses %j", (text) => {
    expect(() => decodeBase93(text)).toThrow("characters");
  });

  test("any other text gives some bytes", () => {
    fc.assert(
      fc.property(fc.stringMatching(/^[!-;=-~]*$/), (text) => {
        expect(decodeBase93(text).length).toBeLessThanOrEqual(text.length);
      }),
    );
  });
});
