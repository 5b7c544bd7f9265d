import { ProfileFormatError } from "../format-error.ts";
import { LabelColumns } from "../label-columns.ts";
import type { SampleTable, StackTable } from "../profile.ts";
import type { IdTable } from "./id-table.ts";
import { LabelField, SampleField } from "./pprof-fields.ts";
import { StackReader } from "./pprof-stacks.ts";
import { type ProtobufReader, WireType } from "./protobuf-reader.ts";

/** What the samples of a file refer to. */
export interface SampleContext {
  /** Byte range of each sample's message. */
  start: Int32Array;
  end: Int32Array;
  /** How many values each sample must have. */
  valueCount: number;
  locationOf: IdTable;
  /** String index of the file → index into `strings`; throws when there is none. */
  stringOf: (index: number) => number;
  strings: readonly string[];
}

/**
 * Cells of all label columns together: what a column for each of a hostile file's many keys could cost, against what
 * a real file of the same size needs (a sample of 50 bytes may have 16 labels and be in a profile with 800 keys).
 */
const LABEL_CELLS_PER_BYTE = 16;
const MIN_LABEL_CELL_LIMIT = 2 ** 22;
const MAX_LABEL_CELL_LIMIT = 2 ** 27;

/** Second pass over a pprof file: the samples, as columns and a prefix tree of their stacks. */
export function decodeSamples(
  reader: ProtobufReader,
  context: SampleContext,
): { samples: SampleTable; stacks: StackTable } {
  const { start, end, valueCount } = context;
  const { bytes } = reader;
  const length = start.length;
  if (length > 0 && valueCount === 0) throw unreadable("it has samples but no sample type");
  // Each value takes a byte, so this keeps the columns from being wider than the file.
  if (length * valueCount > bytes.length) {
    throw unreadable(`its samples do not have the ${valueCount} values that its sample types demand`);
  }
  const values = Array.from({ length: valueCount }, () => new Float64Array(length));
  const stack = new Int32Array(length);
  const cells = Math.max(MIN_LABEL_CELL_LIMIT, bytes.length * LABEL_CELLS_PER_BYTE);
  const labels = new LabelColumns(length, Math.min(cells, MAX_LABEL_CELL_LIMIT));
  const stackReader = new StackReader(reader, context.locationOf, length);

  for (let row = 0; row < length; row++) {
    reader.moveTo(start[row], end[row]);
    let valuesRead = 0;
    const takeValue = (value: number): void => {
      if (valuesRead < valueCount) values[valuesRead][row] = value;
      valuesRead++;
    };
    let idFields = 0;
    let listStart = 0;
    let listEnd = 0;
    while (reader.nextField()) {
      const { field } = reader;
      if (field === SampleField.locationId) {
        idFields++;
        if (reader.wireType === WireType.bytes) {
          listEnd = reader.bytesEnd();
          listStart = reader.pos;
          reader.pos = listEnd;
        } else reader.number();
      } else if (field === SampleField.value) reader.numbers(takeValue);
      else if (field === SampleField.label) reader.message(() => readLabel(reader, context, labels, row));
      else reader.skip();
    }
    if (valuesRead !== valueCount) {
      throw unreadable(
        `sample ${row + 1} has ${valuesRead} values, but there are ${valueCount} sample types`,
      );
    }
    const isOneList = idFields === 0 || (idFields === 1 && listEnd > 0);
    stack[row] = isOneList
      ? stackReader.packed(listStart, listEnd, row)
      : stackReader.spread(start[row], end[row], row);
  }
  return {
    samples: { length, stack, values, labels: labels.finish(context.strings) },
    stacks: stackReader.stacks.finish(),
  };
}

function readLabel(reader: ProtobufReader, context: SampleContext, labels: LabelColumns, row: number): void {
  let key = 0;
  let text = 0;
  let number = 0;
  let unit = 0;
  while (reader.nextField()) {
    if (reader.field === LabelField.key) key = reader.stringIndex();
    else if (reader.field === LabelField.text) text = reader.stringIndex();
    else if (reader.field === LabelField.number) number = reader.number();
    else if (reader.field === LabelField.unit) unit = reader.stringIndex();
    else reader.skip();
  }
  const { stringOf } = context;
  // proto3 leaves out zeros, so a label without a text is the number 0.
  const kept =
    text !== 0
      ? labels.addText(row, stringOf(key), stringOf(text))
      : labels.addNumber(row, stringOf(key), stringOf(unit), number);
  if (!kept) throw unreadable("its samples have too many different labels");
}

function unreadable(why: string): ProfileFormatError {
  return new ProfileFormatError(`Not a readable pprof profile: ${why}.`);
}
