import { type FrameTable, frameModule, frameName } from "../frames.ts";

/** A function as people and addresses name it: the same in every profile of the same program. */
export interface FrameKey {
  name: string;
  /** File of the mapping; `""` when unknown. */
  module: string;
}

export function frameKeyOf(frames: FrameTable, frame: number): FrameKey {
  return { name: frameName(frames, frame), module: frameModule(frames, frame) };
}

/** 1 for each frame that is `key`. */
export function framesOfKey(frames: FrameTable, key: FrameKey): Uint8Array {
  const found = new Uint8Array(frames.length);
  for (let frame = 0; frame < frames.length; frame++) {
    if (frameName(frames, frame) === key.name && frameModule(frames, frame) === key.module) found[frame] = 1;
  }
  return found;
}

/** 1 for each frame whose code lies in `module`. */
export function framesOfModule(frames: FrameTable, module: string): Uint8Array {
  const found = new Uint8Array(frames.length);
  for (let frame = 0; frame < frames.length; frame++) {
    if (frameModule(frames, frame) === module) found[frame] = 1;
  }
  return found;
}

/** The frame table with one function more, and its row. */
export function withFrame(
  frames: FrameTable,
  key: FrameKey,
  kind: number,
): { frames: FrameTable; frame: number } {
  const { length, strings } = frames;
  const wider = (column: Int32Array, value: number) => {
    const wide = new Int32Array(length + 1);
    wide.set(column);
    wide[length] = value;
    return wide;
  };
  const wideKinds = new Uint8Array(length + 1);
  wideKinds.set(frames.kind);
  wideKinds[length] = kind;
  return {
    frame: length,
    frames: {
      length: length + 1,
      strings: [...strings, key.name, key.module],
      name: wider(frames.name, strings.length),
      linkageName: wider(frames.linkageName, 0),
      module: wider(frames.module, strings.length + 1),
      kind: wideKinds,
      file: wider(frames.file, 0),
      line: wider(frames.line, 0),
    },
  };
}
