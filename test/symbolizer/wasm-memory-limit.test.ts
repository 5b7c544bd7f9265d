import { expect, test } from "vitest";
import { limitWasmMemory } from "../../symbolizer/wasm-memory-limit.ts";

test("a WebAssembly module's memory is bounded by what is written into it", () => {
  const header = [0, 0x61, 0x73, 0x6d, 1, 0, 0, 0];
  const memory = [5, 3, 1, 0, 17];
  const custom = [0, 2, 1, 0x78];
  const limited = limitWasmMemory(Uint8Array.from([...header, ...memory, ...custom]), 200);
  expect([...limited]).toEqual([...header, 5, 5, 1, 1, 17, 0xc8, 1, ...custom]);
  expect(() => limitWasmMemory(Uint8Array.from([...header, ...custom]), 200)).toThrow("no memory");
  expect(() => limitWasmMemory(new Uint8Array(0), 200)).toThrow("no memory");
});
