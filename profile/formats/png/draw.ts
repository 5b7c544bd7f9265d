import { ProfileFormatError } from "../../format-error.ts";
import type { Profile } from "../../profile.ts";
import { BACKGROUND, TEXT_COLOUR } from "../picture/colours.ts";
import { Metrics, Picture, type PictureOptions } from "../picture/picture.ts";
import { Raster, type Rgb } from "./raster.ts";

/** 192 MiB of pixels: more than any screen shows. */
const MAX_PIXELS = 2 ** 26;
const SUBTITLE_COLOUR = "#4a4f5a";

/**
 * The flame graph that `writeSvg` draws, as pixels; `scale` of them for each pixel of the layout, from side to side.
 *
 * Throws `ProfileFormatError` when that is more than can be.
 */
export function drawPicture(profile: Profile, options: PictureOptions, scale: number): Raster {
  const picture = new Picture(profile, options);
  const width = picture.width * scale;
  const height = picture.height * scale;
  if (width * height > MAX_PIXELS) {
    throw new ProfileFormatError(
      `A picture of ${width} by ${height} pixels is too large for PNG; SVG has no such limit.`,
    );
  }
  const raster = new Raster(width, height, rgb(BACKGROUND));
  const write = (text: string, x: number, y: number, size: number, colour: string) => {
    const letter = (Metrics.letterWidth * size) / Metrics.fontSize;
    const shown = Picture.fit(text, ((picture.width - x) * Metrics.fontSize) / size);
    raster.text(shown, x * scale, y * scale, letter * scale, scale, rgb(colour));
  };
  write(picture.title, Metrics.margin, 24, Metrics.titleSize, TEXT_COLOUR);
  write(picture.subtitle, Metrics.margin, 43, Metrics.fontSize, SUBTITLE_COLOUR);
  for (const box of picture.boxes()) {
    // A gap between neighbours, as far as there is room for one.
    const gap = Math.min(0.6, box.width / 4);
    raster.fill(
      box.x * scale,
      box.y * scale,
      (box.width - gap) * scale,
      (box.height - 1) * scale,
      rgb(box.fill),
    );
    const label = box.isRun ? "" : Picture.fit(box.name, box.width);
    if (label !== "") {
      const [x, y] = [box.x + Metrics.padding - 1, box.y + Metrics.rowHeight - 5];
      raster.text(label, x * scale, y * scale, Metrics.letterWidth * scale, scale, rgb(TEXT_COLOUR));
    }
  }
  write(picture.note, Metrics.margin, picture.height - 9, Metrics.fontSize, SUBTITLE_COLOUR);
  return raster;
}

function rgb(hex: string): Rgb {
  const value = Number.parseInt(hex.slice(1), 16);
  return { r: value >> 16, g: (value >> 8) & 255, b: value & 255 };
}
