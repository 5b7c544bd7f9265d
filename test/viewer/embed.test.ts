import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { decodeBase64, decodeBase64Portably } from "../../viewer/data/base64.ts";
import { embedProfile } from "../../viewer/embed.ts";

const TEMPLATE =
  '<head><title>stapflame</title></head><body><script type="text/plain" id="stapflame-profile"></script></body>';

describe("embedProfile", () => {
  test("fills the data and the title", () => {
    expect(embedProfile(TEMPLATE, "QUJD+/==", "node busy.mjs")).toBe(
      '<head><title>node busy.mjs</title></head><body><script type="text/plain" id="stapflame-profile">QUJD+/==</script></body>',
    );
  });

  test("titles are text, whatever is in them", () => {
    const page = embedProfile(TEMPLATE, "", "</title><script>alert(1)</script> $& $1 $' & \"'");
    expect(page).toContain(
      "<title>&lt;/title&gt;&lt;script&gt;alert(1)&lt;/script&gt; $&amp; $1 $&#39; &amp; &quot;&#39;</title>",
    );
  });

  test("a title that looks like the place of the data does not take the data", () => {
    const page = embedProfile(TEMPLATE, "QUJD", '<script type="text/plain" id="stapflame-profile">');
    expect(page.endsWith('<script type="text/plain" id="stapflame-profile">QUJD</script></body>')).toBe(true);
  });

  test("refuses what is not base64, and a template without places", () => {
    expect(() => embedProfile(TEMPLATE, "</script>", "")).toThrow("not base64");
    expect(() => embedProfile("<html></html>", "", "")).toThrow("template has no <title>");
  });
});

describe("decodeBase64", () => {
  test("gives back what was encoded", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        const text = Buffer.from(bytes).toString("base64");
        expect(decodeBase64Portably(text)).toEqual(bytes);
        expect(decodeBase64(text)).toEqual(bytes);
      }),
    );
  });

  test.each(["abc", "a?cd", "ab\u00e9d", "=abc"])("refuses %s", (text) => {
    expect(() => decodeBase64Portably(text)).toThrow();
  });
});
