import { describe, expect, it } from "vitest";
import { Assembler, FP, imm, R0, R1, R2 } from "../../collector/bpf/assembler.ts";

/** Instructions as `opcode dst src offset immediate`, in hexadecimal but for the offset. */
function listing(code: Uint8Array): string[] {
  const view = new DataView(code.buffer);
  return Array.from({ length: code.length / 8 }, (_, i) => {
    const hex = (value: number) => value.toString(16);
    const registers = code[i * 8 + 1];
    return `${hex(code[i * 8])} r${registers & 15} r${registers >> 4} ${view.getInt16(i * 8 + 2, true)} ${hex(view.getInt32(i * 8 + 4, true) >>> 0)}`;
  });
}

describe("the BPF assembler", () => {
  it("encodes as the instruction set standard says", () => {
    const code = new Assembler()
      .mov(R1, imm(5))
      .add(R1, R2)
      .load("u64", R0, R1, 16)
      .store("u32", FP, -8, R0)
      .storeImmediate("u64", FP, -16, -1)
      .call(14)
      .exit()
      .finish();
    expect(listing(code)).toEqual([
      "b7 r1 r0 0 5",
      "f r1 r2 0 0",
      "79 r0 r1 16 0",
      "63 r10 r0 -8 0",
      "7a r10 r0 -16 ffffffff",
      "85 r0 r0 0 e",
      "95 r0 r0 0 0",
    ]);
  });

  it("splits 64-bit immediates over two instructions", () => {
    expect(listing(new Assembler().loadImmediate64(R1, 0x1122334455667788n).finish())).toEqual([
      "18 r1 r0 0 55667788",
      "0 r0 r0 0 11223344",
    ]);
    expect(listing(new Assembler().loadMap(R1, 7).loadMapValue(R2, 8, 4).finish())).toEqual([
      "18 r1 r1 0 7",
      "0 r0 r0 0 0",
      "18 r2 r2 0 8",
      "0 r0 r0 0 4",
    ]);
  });

  it("resolves labels forwards and backwards", () => {
    const code = new Assembler()
      .label("again")
      .jumpIf(R1, "eq", imm(0), "end")
      .jump("again")
      .label("end")
      .jumpIf(R1, "signedLt", R2, "again")
      .exit()
      .finish();
    expect(listing(code)).toEqual(["15 r1 r0 1 0", "5 r0 r0 -2 0", "cd r1 r2 -3 0", "95 r0 r0 0 0"]);
  });

  it("refuses what cannot be encoded", () => {
    expect(() => new Assembler().jump("nowhere").finish()).toThrow("never placed");
    expect(() => new Assembler().label("a").label("a")).toThrow("placed twice");
    expect(() => new Assembler().mov(R1, imm(2 ** 31))).toThrow("does not fit");
    expect(() => new Assembler().mov(R1, imm(0.5))).toThrow("does not fit");
    const far = new Assembler().jump("end");
    for (let i = 0; i < 40_000; i++) far.mov(R1, imm(0));
    expect(() => far.label("end").exit().finish()).toThrow("out of reach");
  });
});
