import { pageSize } from "../sys/page-size.ts";
import { closeFd, mapShared, type SharedMemory } from "../sys/syscall.ts";
import { createMap, type MapSpec } from "./syscall.ts";

/** All that a recording holds in the kernel, by its descriptors: freed in the reverse order. */
export class KernelObjects {
  readonly #closers: (() => void)[] = [];
  readonly #fds: number[] = [];
  readonly #shared: SharedMemory[] = [];

  /** Takes over a descriptor. Returns it. */
  keep(fd: number): number {
    this.#fds.push(fd);
    return fd;
  }

  /** What is to be closed before all descriptors. */
  beforeThem(close: () => void): void {
    this.#closers.push(close);
  }

  createMap(spec: MapSpec): number {
    return this.keep(createMap(spec));
  }

  /** The memory of a map's values, `bytes` of it. */
  share(map: number, bytes: number): ArrayBuffer {
    const page = pageSize();
    const memory = mapShared(map, Math.ceil(bytes / page) * page);
    this.#shared.push(memory);
    return memory.bytes;
  }

  free(): void {
    for (const close of this.#closers.splice(0).reverse()) close();
    for (const memory of this.#shared.splice(0)) memory.unmap();
    for (const fd of this.#fds.splice(0).reverse()) closeFd(fd);
  }
}
