import { ASCII_GLYPHS, type Glyphs, UNICODE_GLYPHS } from "../text/fit.ts";

/** 0: no colours at all. */
export type ColorDepth = 0 | 16 | 256;

/** What the terminal can show, by what the environment says of it. */
export interface Capabilities {
  colors: ColorDepth;
  glyphs: Glyphs;
}

/** `isInteractive` is whether both ends are terminals. */
export function canDrawScreens(isInteractive: boolean, env: NodeJS.ProcessEnv): boolean {
  return isInteractive && env.TERM !== undefined && env.TERM !== "" && env.TERM !== "dumb";
}

export function capabilities(env: NodeJS.ProcessEnv): Capabilities {
  return { colors: colorDepth(env), glyphs: isUtf8(env) ? UNICODE_GLYPHS : ASCII_GLYPHS };
}

function colorDepth(env: NodeJS.ProcessEnv): ColorDepth {
  const term = env.TERM ?? "";
  if (env.NO_COLOR || /^(vt\d|ansi-mono)/.test(term)) return 0;
  return /256color|direct|kitty|alacritty|ghostty|foot|wezterm/.test(term) || env.COLORTERM ? 256 : 16;
}

/** As the C library decides: the first of these that is set. On macOS a terminal may say nothing, and is UTF-8. */
function isUtf8(env: NodeJS.ProcessEnv): boolean {
  const locale = env.LC_ALL || env.LC_CTYPE || env.LANG || "";
  if (locale === "") return process.platform === "darwin";
  return /utf-?8/i.test(locale);
}
