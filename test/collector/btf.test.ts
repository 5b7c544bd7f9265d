import { describe, expect, it } from "vitest";
import { Btf, BtfError } from "../../collector/bpf/btf.ts";

/** A BTF blob of the given types (arrays of u32) and strings; string offsets come from `at`. */
function blob(types: number[][], strings: string[]): Uint8Array {
  const text = new TextEncoder().encode(`\0${strings.map((name) => `${name}\0`).join("")}`);
  const words = types.flat();
  const bytes = new Uint8Array(24 + words.length * 4 + text.length);
  const view = new DataView(bytes.buffer);
  view.setUint16(0, 0xeb9f, true);
  view.setUint8(2, 1);
  view.setUint32(4, 24, true);
  view.setUint32(12, words.length * 4, true);
  view.setUint32(16, words.length * 4, true);
  view.setUint32(20, text.length, true);
  for (const [index, word] of words.entries()) view.setUint32(24 + index * 4, word, true);
  bytes.set(text, 24 + words.length * 4);
  return bytes;
}

const STRUCT = 4 << 24;
const UNION = 5 << 24;
const INTEGER = 1 << 24;

/** Offsets of "task", "pid", "inner", "deep" in the strings. */
const NAMES = ["task", "pid", "inner", "deep"];
const [TASK, PID, INNER, DEEP] = [1, 6, 10, 16];

/**
 * struct task { int; union { int pid; }; struct inner { int x; int deep; } inner; }
 */
const SAMPLE = blob(
  [
    [0, INTEGER, 4, 32], // 1: int
    [0, UNION | 1, 4, PID, 1, 0], // 2: anonymous union
    [INNER, STRUCT | 2, 8, 0, 1, 0, DEEP, 1, 32], // 3: struct inner
    [TASK, STRUCT | 3, 16, 0, 1, 0, 0, 2, 32, INNER, 3, 64], // 4: struct task
  ],
  NAMES,
);

describe("the kernel's type information", () => {
  it("finds members through anonymous unions and embedded structs", () => {
    const btf = new Btf(SAMPLE, ["task", "inner"]);
    expect(btf.memberOffset("task", "pid")).toBe(4);
    expect(btf.memberOffset("task", "inner")).toBe(8);
    expect(btf.memberOffset("task", "inner", "deep")).toBe(12);
    expect(btf.structSize("inner")).toBe(8);
  });

  it("says what is missing", () => {
    const btf = new Btf(SAMPLE, ["task", "inner"]);
    expect(() => btf.memberOffset("task", "nope")).toThrow(
      new BtfError("this kernel's struct task has no member nope"),
    );
    expect(() => btf.memberOffset("nope", "pid")).toThrow(
      new BtfError("this kernel's BTF has no struct nope"),
    );
    expect(() => new Btf(new Uint8Array(10), [])).toThrow(BtfError);
  });

  it("survives any byte changed and any cut", () => {
    for (let at = 0; at < SAMPLE.length; at++) {
      for (const value of [0, 1, 0x7f, 0xff]) {
        const broken = SAMPLE.slice();
        broken[at] = value;
        tryBtf(broken);
      }
      tryBtf(SAMPLE.slice(0, at));
    }
  });

  function tryBtf(bytes: Uint8Array): void {
    try {
      const btf = new Btf(bytes, ["task", "inner"]);
      btf.memberOffset("task", "inner", "deep");
    } catch (error) {
      expect(error instanceof BtfError || error instanceof RangeError).toBe(true);
    }
  }
});
