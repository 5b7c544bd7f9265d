import type { Profile } from "../profile.ts";
import { LabelField, ProfileField, SampleField } from "./pprof-fields.ts";
import { numberFieldSize, type ProtobufWriter, toInt64, varintSize } from "./protobuf-writer.ts";

interface TextLabel {
  kind: "text";
  key: number;
  keySize: number;
  values: Int32Array;
}
interface NumberLabel {
  kind: "number";
  key: number;
  unit: number;
  /** Bytes of the key and the unit field. */
  keySize: number;
  values: Float64Array;
}

/**
 * Writes the samples of a profile. All sizes are known before a byte is written: that of a stack's location list is
 * kept for each row of the prefix tree, as the list is the parent's with one id before it.
 */
export class SampleWriter {
  readonly #profile: Profile;
  readonly #labels: (TextLabel | NumberLabel)[];
  /** Bytes of the packed location ids of each stack. */
  readonly #stackSize: Float64Array;
  /** Where in the output the ids of each stack are already, or -1. */
  readonly #stackPlace: Float64Array;

  constructor(profile: Profile, stringIndex: (text: string) => number) {
    this.#profile = profile;
    this.#labels = profile.samples.labels.map((label): TextLabel | NumberLabel => {
      const key = stringIndex(label.key);
      if (label.kind === "text") {
        return { kind: "text", key, keySize: numberFieldSize(key), values: label.values };
      }
      const unit = stringIndex(label.unit);
      const keySize = numberFieldSize(key) + numberFieldSize(unit);
      return { kind: "number", key, unit, keySize, values: label.values };
    });
    const { parent, location, length } = profile.stacks;
    this.#stackSize = new Float64Array(length);
    this.#stackPlace = new Float64Array(length).fill(-1);
    for (let row = 0; row < length; row++) {
      const above = parent[row] < 0 ? 0 : this.#stackSize[parent[row]];
      this.#stackSize[row] = above + varintSize(location[row] + 1);
    }
  }

  write(writer: ProtobufWriter): void {
    const { samples } = this.#profile;
    const { stack, values } = samples;
    const rowValues = new Float64Array(values.length);
    for (let row = 0; row < samples.length; row++) {
      const leaf = stack[row];
      const idBytes = leaf < 0 ? 0 : this.#stackSize[leaf];
      let valueBytes = 0;
      for (let type = 0; type < values.length; type++) {
        rowValues[type] = toInt64(values[type][row]);
        valueBytes += varintSize(rowValues[type]);
      }
      let size = 1 + varintSize(valueBytes) + valueBytes;
      if (leaf >= 0) size += 1 + varintSize(idBytes) + idBytes;
      for (const label of this.#labels) {
        const labelBytes = labelSize(label, row);
        if (labelBytes > 0) size += 1 + varintSize(labelBytes) + labelBytes;
      }

      writer.bytesField(ProfileField.sample, size);
      if (leaf >= 0) {
        writer.bytesField(SampleField.locationId, idBytes);
        this.#writeStack(writer, leaf);
      }
      writer.bytesField(SampleField.value, valueBytes);
      for (let type = 0; type < values.length; type++) writer.int64(rowValues[type]);
      for (const label of this.#labels) writeLabel(writer, label, row);
    }
  }

  /** Leaf first, so what follows a frame's id is its caller's list; where that was written before, it is copied. */
  #writeStack(writer: ProtobufWriter, leaf: number): void {
    const { parent, location } = this.#profile.stacks;
    for (let row = leaf; row >= 0; row = parent[row]) {
      const before = this.#stackPlace[row];
      if (before >= 0) {
        writer.copy(before, this.#stackSize[row]);
        return;
      }
      this.#stackPlace[row] = writer.length;
      writer.uint31(location[row] + 1);
    }
  }
}

/** Bytes of the label's message in this row; 0 when the sample has none. */
function labelSize(label: TextLabel | NumberLabel, row: number): number {
  if (label.kind === "text") {
    const text = label.values[row];
    return text === 0 ? 0 : label.keySize + numberFieldSize(text);
  }
  const value = label.values[row];
  // The number is written even when it is 0, as the message without it would be an empty text to other readers.
  return Number.isNaN(value) ? 0 : label.keySize + 1 + varintSize(toInt64(value));
}

function writeLabel(writer: ProtobufWriter, label: TextLabel | NumberLabel, row: number): void {
  const size = labelSize(label, row);
  if (size === 0) return;
  writer.bytesField(SampleField.label, size);
  writer.numberField(LabelField.key, label.key);
  if (label.kind === "text") {
    writer.numberField(LabelField.text, label.values[row]);
    return;
  }
  writer.repeatedNumber(LabelField.number, toInt64(label.values[row]));
  writer.numberField(LabelField.unit, label.unit);
}
