/**
 * The little of WebAssembly's JavaScript API that is used here. Neither the compiler's ES libraries nor Node's types
 * declare it; the DOM library does, but would let browser globals into code for Node.
 */
declare namespace WebAssembly {
  type Exports = Record<string, unknown>;

  class Module {
    constructor(bytes: Uint8Array<ArrayBuffer>);
  }

  class Instance {
    constructor(module: Module, imports: Record<string, Record<string, unknown>>);
    readonly exports: Exports;
  }

  class Memory {
    private constructor();
    readonly buffer: ArrayBuffer;
    /** Grows by pages of 64 KiB; detaches `buffer`. */
    grow(pages: number): number;
  }
}
