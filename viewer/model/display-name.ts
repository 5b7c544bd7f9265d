/**
 * Names come from binaries and `comm`, thus from anyone. Shown raw, a line break would leave its frame and a
 * direction override (U+202E) would turn the text around it; here both become visible text.
 */

/** C0 and C1 controls, DEL, line separators. */
const CONTROL = /[\p{Cc}\u2028\u2029]/gu;
/** Invisible characters that reorder or hide text (Unicode UAX #9 bidi controls, zero-width characters, BOM). */
const INVISIBLE = /[\u061c\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]/g;
/** Half of a surrogate pair, e.g. where a name was cut. */
const LONE_SURROGATE = /[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g;

const PICTURES_OF_CONTROLS = 0x2400;

/** `name` with every character visible and in reading order. */
export function displayName(name: string): string {
  return name
    .replace(CONTROL, controlPicture)
    .replace(INVISIBLE, escapeText)
    .replace(LONE_SURROGATE, "\ufffd");
}

/** As `displayName`, for lines of text, whose tabs are seen well enough. */
export function displayText(line: string): string {
  return line.includes("\t") ? line.split("\t").map(displayName).join("\t") : displayName(line);
}

/** The first `limit` characters of the visible name, with an ellipsis when that is not all. */
export function shortName(name: string, limit: number): string {
  if (name.length <= limit) return displayName(name);
  return `${displayName(name.slice(0, limit))}…`;
}

/** The visible name; of very long ones the start, and how long the whole is. */
export function fullName(name: string, limit: number): string {
  if (name.length <= limit) return displayName(name);
  return `${shortName(name, limit)} (${name.length.toLocaleString("en-US")} characters)`;
}

/** `\n` as ␊: Unicode has a picture for each C0 control. */
function controlPicture(character: string): string {
  const code = character.charCodeAt(0);
  if (code < 0x20) return String.fromCharCode(PICTURES_OF_CONTROLS + code);
  return code === 0x7f ? "\u2421" : escapeText(character);
}

function escapeText(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`;
}
