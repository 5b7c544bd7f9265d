import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { type Found, found, missing } from "../found.ts";
import { limitWasmMemory } from "../wasm-memory-limit.ts";
import { MAX_UNPACKED_BYTES, unpackRefusal } from "./unpack-limits.ts";
import { xzUnpackedSize } from "./xz-index.ts";

/** 72 MiB: the dictionary of 64 that xz-embedded is built for here (`xz -9` asks for it), and its own state. */
const MEMORY_PAGES = 1152;
/** Words of the package's context: [input room, input, input position, input end, output, output position, …]. */
const CONTEXT_WORDS = 8;
const XZ_OK = 0;
const XZ_STREAM_END = 1;
/** xz-embedded's results (xz.h, enum xz_ret). */
const FAILURES: Record<number, string> = {
  3: "not enough memory",
  4: "it wants a larger dictionary than 64 MiB",
  5: "not xz data",
  6: "a filter or check that is not known here",
  7: "damaged data",
  8: "truncated data",
};

/**
 * Unpacks one xz stream. Its size is known before from the stream's index, and bounded by `most` and by the ratio of
 * `unpackRefusal`; what unpacks to another size is refused. By xz-decompress (xz-embedded as WebAssembly), which is
 * driven by hand: the package's own interface is asynchronous, and its memory has no bound.
 */
export function unxz(bytes: Uint8Array, most = MAX_UNPACKED_BYTES): Found<Uint8Array> {
  const size = xzUnpackedSize(bytes);
  if (size === undefined) return missing("is not one whole xz stream");
  const refusal = unpackRefusal(bytes.length, size, most);
  if (refusal !== undefined) return missing(refusal);
  try {
    return run(instantiate(), bytes, size);
  } catch (error) {
    return missing(`can't be unpacked by xz (${error instanceof Error ? error.message : error})`);
  }
}

function run(xz: XzModule, bytes: Uint8Array, size: number): Found<Uint8Array> {
  const context = xz.create_context();
  if (context === 0) return missing("can't be unpacked by xz (no memory)");
  const out = new Uint8Array(size);
  let taken = 0;
  let written = 0;
  for (;;) {
    // The memory may grow in any call, which detaches what views it.
    let words = new Uint32Array(xz.memory.buffer, context, CONTEXT_WORDS);
    if (words[2] === words[3] && taken < bytes.length) {
      const count = Math.min(words[0], bytes.length - taken);
      new Uint8Array(xz.memory.buffer, words[1], count).set(bytes.subarray(taken, taken + count));
      xz.supply_input(context, count);
      taken += count;
    }
    const result = xz.get_next_output(context);
    words = new Uint32Array(xz.memory.buffer, context, CONTEXT_WORDS);
    const count = words[5];
    if (count > size - written) return missing(`does not unpack to the ${size} bytes that it claims`);
    out.set(new Uint8Array(xz.memory.buffer, words[4], count), written);
    written += count;
    words[5] = 0;
    if (result !== XZ_OK && result !== XZ_STREAM_END) {
      return missing(`can't be unpacked by xz (${FAILURES[result] ?? `error ${result}`})`);
    }
    // Another stream might follow, so the end of the data is not told but seen: all taken, and nothing comes any more.
    const exhausted = taken === bytes.length && words[2] === words[3] && count === 0;
    if (result === XZ_STREAM_END || exhausted) break;
  }
  return written === size ? found(out) : missing(`does not unpack to the ${size} bytes that it claims`);
}

interface XzModule {
  memory: WebAssembly.Memory;
  create_context(): number;
  supply_input(context: number, count: number): void;
  get_next_output(context: number): number;
}

let compiled: WebAssembly.Module | undefined;

/** A fresh instance for each file: what a damaged one left behind goes with it. */
function instantiate(): XzModule {
  if (compiled === undefined) {
    // The package has its wasm only inside its script, as a data: URL.
    const script = readFileSync(createRequire(import.meta.url).resolve("xz-decompress"), "latin1");
    const base64 = /data:application\/wasm;base64,([A-Za-z0-9+/=]+)/.exec(script);
    if (base64 === null) throw new Error("the package xz-decompress holds no wasm");
    compiled = new WebAssembly.Module(limitWasmMemory(Buffer.from(base64[1], "base64"), MEMORY_PAGES));
  }
  const { exports } = new WebAssembly.Instance(compiled, {});
  const { memory, create_context, supply_input, get_next_output } = exports;
  if (
    !(memory instanceof WebAssembly.Memory) ||
    !isFunction(create_context) ||
    !isFunction(supply_input) ||
    !isFunction(get_next_output)
  ) {
    throw new Error("the package xz-decompress has another wasm than expected");
  }
  return { memory, create_context, supply_input, get_next_output };
}

function isFunction(value: unknown): value is (...values: number[]) => number {
  return typeof value === "function";
}
