import { ProfileFormatError } from "../format-error.ts";
import { ColumnReader } from "../formats/column-reader.ts";
import { ColumnWriter } from "../formats/column-writer.ts";
import { Verdict } from "./compare.ts";
import type { ComparisonWords, PageComparison, Tested, TestedSums } from "./page-comparison.ts";

/** `SFD` and the version of the layout below; the page and its data are always made by the same stapflame. */
const MAGIC = [0x53, 0x46, 0x44, 1] as const;

/**
 * Numbers of paths, of which there may be a million, are told by their logarithm in such steps: to 0.2%, with how they
 * were found. Those of functions are exact.
 */
const STEPS_PER_OCTAVE = 256;

/** A comparison for the page. Unpaired surrogates become U+FFFD. */
export function encodeComparison(comparison: PageComparison): Uint8Array {
  const out = new ColumnWriter();
  for (const byte of MAGIC) out.count(byte);
  const { scale, exposure, factor, words, valueType, fdr } = comparison;
  for (const value of [fdr, scale.factor, scale.limit, exposure.before, exposure.after, factor])
    out.float(value);
  out.texts([
    valueType.type,
    valueType.unit,
    scale.suffix,
    scale.of,
    words.title.before,
    words.title.after,
    words.before,
    words.after,
    words.how,
    words.headline,
  ]);
  out.count(words.headlinePath + 1);
  out.texts(words.notes);
  out.texts(words.cautions);
  for (const sums of [comparison.functionTotal, comparison.functionSelf]) {
    out.column(sums.before);
    out.column(sums.after);
    out.column(sums.verdict);
    out.column(sums.half.filter((_, row) => sums.verdict[row] >= Verdict.notSignificant));
    out.column(sums.adjusted.filter((_, row) => sums.verdict[row] >= Verdict.notSignificant));
  }
  for (const tested of [comparison.pathTotal, comparison.pathSelf]) {
    out.column(tested.verdict);
    out.column(logarithms(tested.half, tested.verdict));
    out.column(logarithms(tested.adjusted, tested.verdict));
  }
  out.column(comparison.inserted);
  return out.finish();
}

/** The comparison of `encodeComparison`, to the accuracy told there. Throws `ProfileFormatError` on anything else. */
export function decodeComparison(bytes: Uint8Array): PageComparison {
  if (bytes.length < MAGIC.length || MAGIC.some((byte, at) => bytes[at] !== byte)) {
    throw new ProfileFormatError("The data is no comparison.");
  }
  const input = new ColumnReader(bytes, MAGIC.length);
  const [fdr, scaleFactor, limit, before, after, factor] = Array.from({ length: 6 }, () => input.float());
  const [type, unit, suffix, of, titleBefore, titleAfter, beforeWords, afterWords, how, headline] =
    input.texts();
  if (headline === undefined) input.fail("words are missing");
  const words: ComparisonWords = {
    title: { before: titleBefore, after: titleAfter },
    before: beforeWords,
    after: afterWords,
    how,
    headline,
    headlinePath: input.count() - 1,
    notes: input.texts(),
    cautions: input.texts(),
  };
  const functionTotal = readSums(input);
  const functionSelf = readSums(input);
  const pathTotal = readLogarithms(input);
  const pathSelf = readLogarithms(input);
  const inserted = Uint8Array.from(input.int32s());
  if (!input.isAtEnd) input.fail("there is more data than there should be");
  if (functionSelf.verdict.length !== functionTotal.verdict.length) input.fail("functions are missing");
  for (const column of [pathSelf.verdict, inserted]) {
    if (column.length !== pathTotal.verdict.length) input.fail("paths are missing");
  }
  return {
    valueType: { type, unit },
    fdr,
    scale: { factor: scaleFactor, suffix, of, limit },
    exposure: { before, after },
    factor,
    words,
    functionTotal,
    functionSelf,
    pathTotal,
    pathSelf,
    inserted,
  };
}

function readSums(input: ColumnReader): TestedSums {
  const before = input.float64s();
  const after = input.float64s();
  const tested = readTested(input, (value) => value);
  for (const column of [after, tested.verdict]) {
    if (column.length !== before.length) input.fail("functions are missing");
  }
  return { before, after, ...tested };
}

function readLogarithms(input: ColumnReader): Tested {
  return readTested(input, (steps) => 2 ** (steps / STEPS_PER_OCTAVE));
}

function readTested(input: ColumnReader, value: (written: number) => number): Tested {
  const verdict = Uint8Array.from(input.int32s());
  const column = (written: Float64Array) => {
    const read = new Float64Array(verdict.length).fill(Number.NaN);
    let at = 0;
    for (let row = 0; row < verdict.length; row++) {
      if (verdict[row] >= Verdict.notSignificant && at < written.length) read[row] = value(written[at++]);
    }
    return read;
  };
  return { verdict, half: column(input.float64s()), adjusted: column(input.float64s()) };
}

/** Of the rows that were tested. What is 0 is told as the least number. */
function logarithms(values: Float64Array, verdict: Uint8Array): number[] {
  const written: number[] = [];
  for (let row = 0; row < values.length; row++) {
    if (verdict[row] < Verdict.notSignificant) continue;
    written.push(Math.round(STEPS_PER_OCTAVE * Math.log2(Math.max(values[row], Number.MIN_VALUE))));
  }
  return written;
}
