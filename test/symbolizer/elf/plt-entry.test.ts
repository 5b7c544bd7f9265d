import { describe, expect, test } from "vitest";
import { decodeX86PltEntry } from "../../../symbolizer/elf/plt-entry.ts";

const decode = (hex: string, address = 0x1000) =>
  decodeX86PltEntry(
    Uint8Array.from(hex.split(" "), (byte) => Number.parseInt(byte, 16)),
    address,
  );

/** Bytes as objdump shows them in Debian's binaries. */
describe("an x86-64 stub", () => {
  test.each([
    ["jmp *(%rip)", "ff 25 fa 2f 00 00 68 00 00 00 00 e9 e0 ff ff ff", { kind: "slot", address: 0x4000 }],
    [
      "endbr64; bnd jmp *(%rip)",
      "f3 0f 1e fa f2 ff 25 75 2f 00 00 0f 1f 44 00 00",
      { kind: "slot", address: 0x3f80 },
    ],
    [
      "endbr64; jmp *(%rip)",
      "f3 0f 1e fa ff 25 76 2f 00 00 66 0f 1f 44 00 00",
      { kind: "slot", address: 0x3f80 },
    ],
    ["jump backwards", "ff 25 f0 ff ff ff 66 90", { kind: "slot", address: 0xff6 }],
    [
      "endbr64; push; bnd jmp",
      "f3 0f 1e fa 68 02 00 00 00 f2 e9 d1 ff ff ff 90",
      { kind: "index", index: 2 },
    ],
  ])("%s", (_, hex, target) => expect(decode(hex)).toEqual(target));

  test.each([
    "00",
    "ff",
    "ff 25",
    "ff 25 00 00 00",
    "f3 0f 1e fa",
    "f3 0f 1e fa 68",
    "cc cc cc cc cc cc cc cc",
  ])("%s is none", (hex) => expect(decode(hex)).toBeUndefined());
});
