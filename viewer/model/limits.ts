/** Numbers that the drawing obeys, with their unit and reason. */

/** Height of one row of frames in CSS pixels: 12 px text with room to breathe, a fair target for a finger's tip. */
const ROW_HEIGHT = 20;

/** Frames narrower than this (CSS pixels) are not drawn one by one: less can be neither seen nor hit. */
export const MIN_FRAME_WIDTH = 1;

/**
 * Most frames in the rows that can be seen at once, until a page knows how fast its machine draws. d3-flame-graph makes two elements a
 * frame, and two more where there is a label. Of more, the narrowest are put into slivers (and said so).
 */
export const QUICK_FRAMES = 350;

/** The same on the slowest machines: with fewer, a picture of all says little. */
export const FEWEST_QUICK_FRAMES = 150;

/** The same on the fastest. */
export const MOST_QUICK_FRAMES = 800;

/** Milliseconds of work for a picture at once: with the wait for the screen, a click is not felt to lag. */
export const QUICK_PICTURE = 24;

/** The same when the page has come to rest: these take longer, but nobody waits for them. */
export const RESTING_FRAMES = 1_200;

/** Milliseconds after a picture in which it becomes that of rest: longer than between two clicks on the same frame. */
export const REST_DELAY = 250;

/** Rows drawn beyond both edges of the visible part, so that scrolling a little shows no blank. */
export const OVERSCAN_ROWS = 10;

/** Rows that fit one upon another on paper and can still be made out. */
export const MAX_PRINTED_ROWS = 250;

/** Most frames on paper, which nobody waits to have zoomed. */
export const MAX_PRINTED_FRAMES = 800;

/** Graphs more than this times as high as their window have a minimap. */
export const DEEP_FROM = 2;
/** A window whose height differs by less than this part is as high as before. */
export const SAME_ROOM = 1 / 8;

/** Labels in narrower frames (CSS pixels) would be a letter or two; d3-flame-graph hides them below 35 itself. */
export const MIN_LABEL_WIDTH = 35;

/** Characters of a name that a frame's label gets: the widest screens show about 600. */
export const MAX_LABEL_CHARACTERS = 600;

/** Characters of a name that the tooltip shows: about 20 of its lines. */
export const MAX_TOOLTIP_CHARACTERS = 1_200;

/** Characters of a path that tooltip and panel show: more than file systems allow one name of. */
export const MAX_PLACE_CHARACTERS = 300;

/**
 * Stacks and samples up to which the tooltip tells a frame's lines, for which all are gone through: some ten
 * milliseconds. Of bigger profiles the panel tells them.
 */
export const MAX_TOOLTIP_STACKS = 1_000_000;

/** Lines of source text, or of the list of lines, that the panel shows of one frame. */
export const MAX_PANEL_LINES = 400;

/** Lines of source text shown before and after a sampled one. */
export const PANEL_CONTEXT_LINES = 5;

/** Milliseconds of quiet typing after which a search runs that takes long: longer than `QUICK_SEARCH` the last time. */
export const SEARCH_DELAY = 120;

/** Milliseconds that a search and its picture may take to be begun with each letter. */
export const QUICK_SEARCH = 60;

/** Milliseconds after which the address follows the view: three pictures of most screens. */
export const ADDRESS_DELAY = 50;

/** Windows at least this wide (CSS pixels) are 4K screens without scaling: everything is drawn larger there. */
const HUGE_WINDOW = 3_000;

/** Height of a row of frames for a window of this width; style/page.css enlarges text at the same width. */
export function rowHeightFor(windowWidth: number): number {
  return windowWidth >= HUGE_WINDOW ? 30 : ROW_HEIGHT;
}

/** Rows of frames that a window of this size can show at once, at most. */
export function rowsOfWindow(windowHeight: number, rowHeight: number): number {
  return Math.ceil(windowHeight / rowHeight) + 1;
}

/** Columns of the time strip: two pixels and more each on common screens. */
export const MAX_TIME_COLUMNS = 400;

/** Rows of the time strip; the last stands for the other processes or threads. */
export const MAX_TIME_ROWS = 6;
