import { inflateSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { ProfileFormatError } from "../../../profile/format-error.ts";
import { drawPicture } from "../../../profile/formats/png/draw.ts";
import { GLYPHS } from "../../../profile/formats/png/glyphs.ts";
import { Raster } from "../../../profile/formats/png/raster.ts";
import { encodePng } from "../../../profile/node/png-file.ts";
import { profileOf } from "../picture.ts";

const WHITE = { r: 255, g: 255, b: 255 };
const BLACK = { r: 0, g: 0, b: 0 };

/** A raster as text: how dark each pixel is. */
function shades({ width, height, pixels }: Raster): string {
  const rows = Array.from({ length: height }, (_, y) =>
    Array.from({ length: width }, (_, x) => " .:oO#"[Math.floor((255 - pixels[(y * width + x) * 3]) / 51)])
      .join("")
      .trimEnd(),
  );
  return rows.filter((row) => row !== "").join("\n");
}

describe("Raster", () => {
  it("writes letters", () => {
    const raster = new Raster(30, 20, WHITE);
    raster.text("Hi.", 0, 15, 8, 1, BLACK);
    expect(shades(raster)).toMatchInlineSnapshot(`
      "..   ..    ..
      ::   ::    ..
      ::   ::  .::.
      ::   ::  .:::
      :::::::    ::
      :::::::    ::
      ::   ::    ::
      ::   ::    ::
      ::   ::    ::
      ::   ::  .::::.    ..
      ..   ..  .::::.    .."
    `);
  });

  it("fills parts of pixels in part, and nothing outside", () => {
    const raster = new Raster(6, 3, WHITE);
    raster.fill(1.5, 1, 2.25, 1, BLACK);
    raster.fill(-5, -5, 3, 3, BLACK);
    raster.fill(40, 0, 3, 3, BLACK);
    expect(shades(raster)).toBe(" :#o");
  });

  it("has a letter for all of ASCII, each within its cell", () => {
    for (let code = 32; code < 127; code++) {
      const glyph = GLYPHS[String.fromCharCode(code)];
      expect(glyph, String.fromCharCode(code)).toMatch(/^(([0-6][0-9a-c]){2,}( |$))*$/);
    }
  });
});

describe("PNG pictures", () => {
  const profile = profileOf("comm=sh pid=1 | main;work 3\ncomm=sh pid=1 | main;ïdlé 1");

  it("have the pixels of the layout, times the scale", () => {
    for (const scale of [1, 2]) {
      const raster = drawPicture(profile, { width: 400 }, scale);
      expect([raster.width, raster.height]).toEqual([400 * scale, (58 + 4 * 17 + 26) * scale]);
    }
  });

  it("are files that hold those pixels", () => {
    const raster = drawPicture(profile, { width: 300 }, 1);
    const file = Buffer.from(encodePng(raster));
    expect(file.subarray(0, 8).toString("latin1")).toBe("\x89PNG\r\n\x1a\n");
    const chunks = new Map<string, Buffer>();
    for (let at = 8; at < file.length; ) {
      const length = file.readUInt32BE(at);
      chunks.set(file.toString("latin1", at + 4, at + 8), file.subarray(at + 8, at + 8 + length));
      at += length + 12;
    }
    expect([...chunks.keys()]).toEqual(["IHDR", "IDAT", "IEND"]);
    const rows = inflateSync(chunks.get("IDAT") ?? Buffer.alloc(0));
    const pixels = new Uint8Array(raster.pixels.length);
    const stride = raster.width * 3;
    for (let y = 0; y < raster.height; y++) {
      expect(rows[y * (stride + 1)]).toBe(1);
      for (let x = 0; x < stride; x++) {
        pixels[y * stride + x] = rows[y * (stride + 1) + 1 + x] + (x < 3 ? 0 : pixels[y * stride + x - 3]);
      }
    }
    expect(pixels).toEqual(raster.pixels);
  });

  it("that would be too large are refused", () => {
    const deep = profileOf(`main${";recurse".repeat(3000)} 7`);
    expect(() => drawPicture(deep, { width: 4000 }, 2)).toThrow(ProfileFormatError);
    expect(() => drawPicture(deep, { width: 4000 }, 2)).toThrow("too large for PNG; SVG has no such limit");
  });
});
