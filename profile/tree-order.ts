import type { FrameTable } from "./frames.ts";

/** By name, then module; all the same only for the same frame or groups of the same name. */
export function compareFrames(frames: FrameTable, a: number, b: number): number {
  if (a === b) return 0;
  return (
    compareText(frames.strings[frames.name[a]], frames.strings[frames.name[b]]) ||
    compareText(frames.strings[frames.module[a]], frames.strings[frames.module[b]]) ||
    a - b
  );
}

/** By UTF-16 code units: the same in every locale. */
export function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
