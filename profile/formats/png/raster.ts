import { GLYPH_ADVANCE, GLYPH_BASELINE, GLYPHS, MISSING_GLYPH } from "./glyphs.ts";

/** Half the width of a letter's stroke, in pixels at scale 1. */
const STROKE_RADIUS = 0.56;
/** Places within a pixel at which letters are drawn. */
const PHASES = 4;

export interface Rgb {
  r: number;
  g: number;
  b: number;
}

/** How much of each pixel around a letter is covered, 0 … 255. */
interface Mask {
  left: number;
  top: number;
  width: number;
  height: number;
  coverage: Uint8Array;
}

/** A picture of pixels: three bytes each, row after row from the top. */
export class Raster {
  readonly width: number;
  readonly height: number;
  readonly pixels: Uint8Array;
  readonly #masks = new Map<string, Mask>();

  constructor(width: number, height: number, background: Rgb) {
    this.width = width;
    this.height = height;
    this.pixels = new Uint8Array(width * height * 3);
    this.fill(0, 0, width, height, background);
  }

  /** Fills a rectangle; edges within a pixel are blended from side to side, and rounded from top to bottom. */
  fill(left: number, top: number, width: number, height: number, colour: Rgb): void {
    const right = Math.min(this.width, left + width);
    const from = Math.max(0, left);
    const bottom = Math.min(this.height, Math.round(top + height));
    for (let y = Math.max(0, Math.round(top)); y < bottom; y++) {
      for (let x = Math.floor(from); x < right; x++) {
        const covered = Math.min(right, x + 1) - Math.max(from, x);
        this.#blend(x, y, colour, covered);
      }
    }
  }

  /** Writes `text` with its baseline at `y`; `letter` is the width of one, of which the size follows. */
  text(text: string, x: number, y: number, letter: number, scale: number, colour: Rgb): void {
    let at = x;
    for (const character of text) {
      const place = Math.round(at * PHASES);
      const mask = this.#mask(character, ((place % PHASES) + PHASES) % PHASES, letter, scale);
      this.#stamp(mask, Math.floor(place / PHASES), Math.round(y), colour);
      at += letter;
    }
  }

  #stamp(mask: Mask, x: number, y: number, colour: Rgb): void {
    for (let row = 0; row < mask.height; row++) {
      for (let column = 0; column < mask.width; column++) {
        const covered = mask.coverage[row * mask.width + column];
        if (covered > 0) this.#blend(x + mask.left + column, y + mask.top + row, colour, covered / 255);
      }
    }
  }

  #blend(x: number, y: number, { r, g, b }: Rgb, covered: number): void {
    if (x < 0 || y < 0 || x >= this.width || y >= this.height) return;
    const { pixels } = this;
    const at = (y * this.width + x) * 3;
    pixels[at] += (r - pixels[at]) * covered;
    pixels[at + 1] += (g - pixels[at + 1]) * covered;
    pixels[at + 2] += (b - pixels[at + 2]) * covered;
  }

  #mask(character: string, phase: number, letter: number, scale: number): Mask {
    const key = `${phase} ${letter} ${scale} ${character}`;
    let mask = this.#masks.get(key);
    if (mask === undefined) {
      mask = drawGlyph(
        GLYPHS[character] ?? MISSING_GLYPH,
        phase / PHASES,
        letter / GLYPH_ADVANCE,
        STROKE_RADIUS * scale,
      );
      this.#masks.set(key, mask);
    }
    return mask;
  }
}

/** Coverage by distance: a pixel is as dark as its middle is near to a stroke. `unit`: pixels of a step of the grid. */
function drawGlyph(glyph: string, phase: number, unit: number, radius: number): Mask {
  const border = Math.ceil(radius + 1);
  const left = -border;
  const top = -Math.ceil(unit * 10) - border;
  const width = Math.ceil(unit * GLYPH_ADVANCE) + 2 * border;
  const height = Math.ceil(unit * 14) + 2 * border;
  const coverage = new Uint8Array(width * height);
  for (const line of glyph.split(" ").filter(Boolean)) {
    const points = (line.match(/../g) ?? []).map((point) => ({
      x: (Number.parseInt(point[0], 16) + 1) * unit + phase,
      y: (GLYPH_BASELINE - Number.parseInt(point[1], 16)) * unit,
    }));
    for (let at = 1; at < points.length; at++) {
      for (let pixel = 0; pixel < coverage.length; pixel++) {
        const x = left + (pixel % width) + 0.5;
        const y = top + Math.floor(pixel / width) + 0.5;
        const covered = radius + 0.5 - distance(x, y, points[at - 1], points[at]);
        coverage[pixel] = Math.max(coverage[pixel], 255 * Math.min(1, Math.max(0, covered)));
      }
    }
  }
  return { left, top, width, height, coverage };
}

/** From a point to a line between two. */
function distance(x: number, y: number, a: { x: number; y: number }, b: { x: number; y: number }): number {
  const [dx, dy] = [b.x - a.x, b.y - a.y];
  const length = dx * dx + dy * dy;
  const along = length === 0 ? 0 : Math.min(1, Math.max(0, ((x - a.x) * dx + (y - a.y) * dy) / length));
  return Math.hypot(x - a.x - along * dx, y - a.y - along * dy);
}
