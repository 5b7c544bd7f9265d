import { frameNames } from "../../symbolizer/frame-names.ts";
import type { ResolvedFrames, Resolver } from "../../symbolizer/resolver.ts";
import { printable } from "../words.ts";
import type { AskedAddress } from "./parse-address.ts";

/** One frame of an answer, as `--json` prints it. */
export interface AnsweredFrame {
  /** Name for people. */
  function: string;
  /** Name for the linker where it is another one, else null. */
  linkageName: string | null;
  /** null when unknown, as are `line` and `column`. */
  file: string | null;
  line: number | null;
  column: number | null;
  /** Whether the compiler put it into the frame after it. */
  inlined: boolean;
}

export interface Answer {
  asked: AskedAddress;
  /** Innermost first; none when nothing is known. */
  frames: AnsweredFrame[];
}

/** Answers in the order asked. The resolver is asked once, for each distinct address in ascending order. */
export function answerAll(
  asked: readonly AskedAddress[],
  resolver: Resolver,
  demangle: ((name: string) => string) | undefined,
): Answer[] {
  const wanted = asked.map(({ value }) => value).filter((value) => !Number.isNaN(value));
  const addresses = Float64Array.from(new Set(wanted)).sort();
  const resolved = resolver.resolve(addresses);
  const rowOf = new Map<number, number>();
  for (const [row, address] of addresses.entries()) rowOf.set(address, row);
  return asked.map((each) => {
    const row = rowOf.get(each.value);
    return { asked: each, frames: row === undefined ? [] : framesOf(resolved, row, demangle) };
  });
}

function framesOf(
  resolved: ResolvedFrames,
  row: number,
  demangle: ((name: string) => string) | undefined,
): AnsweredFrame[] {
  const end = resolved.frameStart[row + 1];
  const frames: AnsweredFrame[] = [];
  for (let at = resolved.frameStart[row]; at < end; at++) {
    const { name, linkageName } = frameNames(resolved, at, demangle);
    frames.push({
      function: name,
      linkageName: linkageName === "" || linkageName === name ? null : linkageName,
      file: resolved.file?.[at] || null,
      line: resolved.line?.[at] || null,
      column: resolved.column?.[at] || null,
      inlined: at < end - 1,
    });
  }
  return frames;
}

/** One line of JSON. */
export function jsonLine({ asked, frames }: Answer): string {
  const error = asked.error === undefined ? {} : { error: asked.error };
  return `${JSON.stringify({ address: asked.text, ...error, frames })}\n`;
}

/**
 * A line a frame, of which only the first bears the address:
 *
 *     0x401136  skip at src/parse.c:14:3
 *               inlined into parse at src/parse.c:42:9
 */
export function textLines({ asked, frames }: Answer): string {
  const address = printable(asked.text);
  if (asked.error !== undefined) return `${address}  ${asked.error}\n`;
  if (frames.length === 0) return `${address}  unknown\n`;
  const indent = " ".repeat(address.length);
  return frames
    .map((frame, index) =>
      index === 0 ? `${address}  ${frameText(frame)}\n` : `${indent}  inlined into ${frameText(frame)}\n`,
    )
    .join("");
}

function frameText({ function: name, file, line, column }: AnsweredFrame): string {
  if (file === null) return printable(name);
  const place = [file, line, line === null ? null : column].filter((part) => part !== null).join(":");
  return printable(`${name} at ${place}`);
}
