import { judge } from "../judges.ts";
import { type JudgedFunction, type JudgedRow, withEnds } from "./judged-row.ts";

const FP_NAMES = ["rbp", "x29"];
const SP_NAMES = ["rsp", "sp"];

type Columns = Pick<JudgedRow, "cfa" | "fp" | "ra" | "sp">;

/** All functions that `readelf --debug-dump=frames-interp` tells of, with their rows. */
export function readelfFunctions(path: string): JudgedFunction[] {
  const text = judge("readelf", ["--wide", "--debug-dump=frames-interp,no-follow-links", path]);
  const functions: JudgedFunction[] = [];
  /** Last row of each CIE, by section and offset: an FDE without instructions has no rows of its own. */
  const initial = new Map<string, Columns>();
  let section = "";
  let cie = "";
  let current: { start: number; end: number; cie: string } | undefined;
  let columns: string[] = [];
  let rows: Omit<JudgedRow, "end">[] = [];
  const finish = () => {
    if (current === undefined) return;
    const { start, end } = current;
    const first = initial.get(current.cie);
    if (rows.length === 0 && first !== undefined) rows = [{ address: start, ...first }];
    functions.push({ section, start, end, rows: withEnds(start, end, rows) });
    current = undefined;
  };
  for (const line of text.split("\n")) {
    const contents = /^Contents of the (\S+) section/.exec(line);
    if (contents !== null) {
      finish();
      section = contents[1];
      continue;
    }
    const entry =
      /^([0-9a-f]+) [0-9a-f]+ [0-9a-f]+ (?:(CIE)|FDE cie=([0-9a-f]+) pc=([0-9a-f]+)\.\.([0-9a-f]+))/.exec(
        line,
      );
    if (entry !== null) {
      finish();
      rows = [];
      columns = [];
      if (entry[2] !== undefined) cie = `${section} ${entry[1]}`;
      else {
        current = {
          cie: `${section} ${entry[3]}`,
          start: Number.parseInt(entry[4], 16),
          end: Number.parseInt(entry[5], 16),
        };
      }
      continue;
    }
    if (line.startsWith("   LOC")) {
      columns = line.trim().split(/\s+/);
      continue;
    }
    if (columns.length === 0 || !/^[0-9a-f]{16} /.test(line)) continue;
    // A register is written "r5 (rdi)".
    const words = line
      .replace(/ \(\w+\)/g, "")
      .trim()
      .split(/\s+/);
    const word = (names: string[]) => words[columns.findIndex((column) => names.includes(column))];
    const told: Columns = { cfa: words[1], fp: word(FP_NAMES), ra: word(["ra"]), sp: word(SP_NAMES) };
    if (current === undefined) initial.set(cie, told);
    else rows.push({ address: Number.parseInt(words[0], 16), ...told });
  }
  finish();
  return functions;
}
