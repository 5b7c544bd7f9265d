import { InvalidArgumentError } from "commander";

/** Browsers and image viewers open nothing wider. */
const MAX_WIDTH = 16_384;
const MIN_WIDTH = 300;

/** Pixels of a picture from side to side. Throws InvalidArgumentError. */
export function parseWidth(text: string): number {
  const width = Number(text);
  if (!/^\d+$/.test(text.trim()) || width < MIN_WIDTH || width > MAX_WIDTH) {
    throw new InvalidArgumentError(`A width is a whole number of pixels from ${MIN_WIDTH} to ${MAX_WIDTH}.`);
  }
  return width;
}

/** How many pixels of a PNG one of its layout takes. Throws InvalidArgumentError. */
export function parseScale(text: string): number {
  if (!/^[1-4]$/.test(text.trim())) throw new InvalidArgumentError("A scale is 1, 2, 3 or 4.");
  return Number(text);
}
