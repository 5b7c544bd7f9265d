import type { KernelObjects } from "./kernel-objects.ts";
import { MapType, updateElementAsync } from "./syscall.ts";

/**
 * Waits for the kernel's running programs: by a map whose only use is that the kernel, when an element of it is replaced,
 * waits until no BPF program runs that could have seen the old one (maybe_wait_bpf_programs, kernel/bpf/syscall.c).
 */
export class Barrier {
  readonly #map: number;
  readonly #key = new Uint8Array(4);
  readonly #value: Uint8Array;

  constructor(kernel: KernelObjects) {
    const inner = kernel.createMap({
      type: MapType.array,
      keyBytes: 4,
      valueBytes: 4,
      entries: 1,
      name: "sf_inner",
    });
    this.#map = kernel.createMap({
      type: MapType.arrayOfMaps,
      keyBytes: 4,
      valueBytes: 4,
      entries: 1,
      name: "sf_barrier",
      innerMapFd: inner,
    });
    this.#value = new Uint8Array(new Uint32Array([inner]).buffer);
  }

  /** Fulfilled when no program runs any more that ran when this was called. */
  wait(): Promise<void> {
    return updateElementAsync(this.#map, this.#key, this.#value);
  }
}
