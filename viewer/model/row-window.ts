/** Which rows of a long table are in view, and where they lie. */
export interface RowWindowPlace {
  /** Rows `from … to - 1` are to be there. */
  from: number;
  to: number;
  /** Pixels from the top of the scrolled content to the top of row `from`. */
  top: number;
}

/**
 * Greatest height of scrolled content in pixels: Firefox cuts elements at about 17.9 million, Chromium at 33.5 million.
 * Beyond it, a pixel of the scroll bar is more than a pixel of rows.
 */
const MAX_HEIGHT = 8_000_000;

/** Rows drawn beyond both edges, so that scrolling a little shows no blank. */
const OVERSCAN = 8;

/** The height of the scrolled content of `count` rows. */
export function contentHeight(count: number, rowHeight: number): number {
  return Math.min(count * rowHeight, MAX_HEIGHT);
}

/** What is in view of `count` rows when scrolled down by `scrollTop` in a view of `height` pixels. */
export function rowWindow(
  count: number,
  rowHeight: number,
  scrollTop: number,
  height: number,
): RowWindowPlace {
  const first = firstRow(count, rowHeight, scrollTop, height);
  const from = Math.max(0, Math.min(count, Math.floor(first) - OVERSCAN));
  const to = Math.min(count, Math.ceil(first + height / rowHeight) + OVERSCAN);
  // The top row is where it would be without the others: scrolled by a fraction of its height.
  return { from, to, top: scrollTop - (first - from) * rowHeight };
}

/** How far to scroll so that row `index` is wholly in view; `scrollTop` itself when it is. */
export function scrollToRow(
  index: number,
  count: number,
  rowHeight: number,
  scrollTop: number,
  height: number,
): number {
  const first = firstRow(count, rowHeight, scrollTop, height);
  const visible = height / rowHeight;
  if (index >= first && index + 1 <= first + visible) return scrollTop;
  const wanted = index < first ? index : index + 1 - visible;
  return Math.max(0, wanted * rowHeight * pixelsPerPixel(count, rowHeight, height));
}

/** The row, with a fraction, that begins at the upper edge of the view. */
function firstRow(count: number, rowHeight: number, scrollTop: number, height: number): number {
  return scrollTop / (rowHeight * pixelsPerPixel(count, rowHeight, height));
}

/** Pixels to scroll for each pixel of rows: 1 but for tables higher than `MAX_HEIGHT`. */
function pixelsPerPixel(count: number, rowHeight: number, height: number): number {
  const all = count * rowHeight;
  return all <= MAX_HEIGHT ? 1 : (MAX_HEIGHT - height) / (all - height);
}
