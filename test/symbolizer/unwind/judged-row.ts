/** One row of call frame information as another tool tells it, in the words of readelf: `rsp+16`, `c-8`, `u`, `exp` …. */
export interface JudgedRow {
  address: number;
  /** Where the next row, or the end of the function, is. */
  end: number;
  cfa: string;
  /** Undefined: the tool says nothing of it. */
  fp: string | undefined;
  ra: string | undefined;
  sp: string | undefined;
}

/** A function's rows. */
export interface JudgedFunction {
  /** ".eh_frame", ".debug_frame". */
  section: string;
  start: number;
  end: number;
  rows: JudgedRow[];
}

/** Ends of rows, which tools do not tell; of several rows at one place only the last holds. */
export function withEnds(start: number, end: number, rows: Omit<JudgedRow, "end">[]): JudgedRow[] {
  const whole: JudgedRow[] = [];
  rows.forEach((row, i) => {
    const next = Math.min(end, rows[i + 1]?.address ?? end);
    if (next > row.address && row.address >= start) whole.push({ ...row, end: next });
  });
  return whole;
}
