import { KERNEL_MAPPING } from "../../frame-kind.ts";
import { GrowableInt32 } from "../../growable.ts";
import type { ImportBuilder } from "../import-builder.ts";
import { moduleOf } from "../perf-script/frame-line.ts";
import { ByteInterner } from "../text/byte-interner.ts";
import type { TextFrame } from "./frame.ts";

/** The distinct frame lines of a text, each understood once and made a location. */
export class TextFrames {
  readonly #builder: ImportBuilder;
  readonly #parse: (text: string) => TextFrame | undefined;
  readonly #texts = new ByteInterner();
  /** The location of each text, or -1 when it is no frame. */
  readonly #location = new GrowableInt32(1024);

  constructor(builder: ImportBuilder, parse: (text: string) => TextFrame | undefined) {
    this.#builder = builder;
    this.#parse = parse;
  }

  /** The location of a line without blanks at its ends; -1 when it is no frame. */
  location(bytes: Uint8Array, start: number, end: number): number {
    const text = this.#texts.intern(bytes, start, end);
    if (text < this.#location.length) return this.#location.get(text);
    const frame = this.#parse(this.#texts.text(text));
    const location = frame === undefined ? -1 : this.#add(frame);
    this.#location.push(location);
    return location;
  }

  #add({ address, name, module, file, line }: TextFrame): number {
    const builder = this.#builder;
    const mapping = builder.module(mappingFile(module, address));
    const lines = name === "" ? [] : [{ function: builder.function(name, file), line, column: 0 }];
    return builder.location(mapping, address, lines);
  }
}

/** Kernel modules come as bare names beside kernel addresses; `kernel` and `unix` are the kernel itself. */
function mappingFile(module: string, address: number): string {
  if (module === "kernel" || module === "unix" || module === "genunix" || module === "vmlinux")
    return KERNEL_MAPPING;
  // Garbage above the user's half is no kernel address: canonical ones have 48 bits.
  const isKernel = address < 0 && address >= -(2 ** 47);
  if (module === "") return isKernel ? KERNEL_MAPPING : "";
  if (isKernel && /^\w+$/.test(module)) return `[${module}]`;
  return moduleOf(module);
}
