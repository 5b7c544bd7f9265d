import pc from "picocolors";

export type Colors = ReturnType<typeof pc.createColors>;

/**
 * Colours for what is written to `stream`: only where a terminal shows them, unless FORCE_COLOR is set; never with
 * NO_COLOR. (picocolors by itself looks at standard output only, and takes any CI for a terminal.)
 */
export function colorsFor(stream: { isTTY?: boolean }, env: NodeJS.ProcessEnv = process.env): Colors {
  if (env.NO_COLOR) return pc.createColors(false);
  if (env.FORCE_COLOR && env.FORCE_COLOR !== "0") return pc.createColors(true);
  return pc.createColors(stream.isTTY === true && env.TERM !== "dumb");
}
