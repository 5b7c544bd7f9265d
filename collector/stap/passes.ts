/** A pass of SystemTap that has ended, from a line of `stap -v`. */
export interface EndedPass {
  number: number;
  milliseconds: number;
}

/** What each of SystemTap's passes does, see stap(1). */
export const PASSES: Record<number, string> = {
  1: "parsing the script",
  2: "analyzing it",
  3: "translating it to C",
  4: "compiling the kernel module",
  5: "loading the module",
};

const LINE = /^Pass ([1-5]): .* in (?:(\d+)usr\/\d+sys\/)?(\d+)(?:real)? ms\.$/;

/** `Pass 4: compiled C into "x.ko" in 22740usr/4050sys/17748real ms.` Undefined for any other line. */
export function parsePass(line: string): EndedPass | undefined {
  const match = LINE.exec(line.trim());
  return match ? { number: Number(match[1]), milliseconds: Number(match[3]) } : undefined;
}

/** The line of progress while pass `number` runs; `ended`: the passes before it. */
export function progressOf(number: number, ended: readonly EndedPass[]): string {
  const times = ended.map((pass) => `${pass.number}: ${seconds(pass.milliseconds)}`);
  return `SystemTap pass ${number} of 5, ${PASSES[number]}${times.length > 0 ? ` (passes so far: ${times.join(", ")})` : ""}`;
}

/** All passes with their times, for those who want to know. */
export function summaryOf(ended: readonly EndedPass[]): string {
  return ended
    .map((pass) => `pass ${pass.number} (${PASSES[pass.number]}) ${seconds(pass.milliseconds)}`)
    .join(", ");
}

function seconds(milliseconds: number): string {
  return `${(milliseconds / 1000).toFixed(milliseconds < 10_000 ? 2 : 1)} s`;
}
