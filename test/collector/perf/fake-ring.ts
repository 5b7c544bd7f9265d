import { closeSync, ftruncateSync, mkdtempSync, openSync, rmSync, writeSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pageSize } from "../../../collector/sys/page-size.ts";

/** A file that looks like a perf event's buffer: what is waiting in it from `tail` on, wrapping around. */
export class FakeRing implements Disposable {
  readonly #folder = mkdtempSync(join(tmpdir(), "stapflame-ring-"));
  readonly fd = openSync(join(this.#folder, "ring"), "w+");
  readonly capacity = pageSize();

  constructor(waiting: Uint8Array, tail: number) {
    const page = pageSize();
    ftruncateSync(this.fd, page + this.capacity);
    const fields = new BigUint64Array([
      BigInt(tail + waiting.length),
      BigInt(tail),
      BigInt(page),
      BigInt(this.capacity),
    ]);
    writeSync(this.fd, new Uint8Array(fields.buffer), 0, 32, 1024);
    for (const [index, byte] of waiting.entries()) {
      writeSync(this.fd, new Uint8Array([byte]), 0, 1, page + ((tail + index) % this.capacity));
    }
  }

  [Symbol.dispose](): void {
    closeSync(this.fd);
    rmSync(this.#folder, { recursive: true });
  }
}

/** The bytes of records, one behind the other. */
export function bytesOf(...records: number[][]): Uint8Array {
  return new Uint8Array(Uint32Array.from(records.flat()).buffer);
}
