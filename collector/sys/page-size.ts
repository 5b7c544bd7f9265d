import { readFileSync } from "node:fs";

const AT_PAGESZ = 6n;

let known: number | undefined;

/** The kernel's page size in bytes, from the auxiliary vector (4096 but on some arm64 kernels). */
export function pageSize(): number {
  known ??= readPageSize();
  return known;
}

function readPageSize(): number {
  const bytes = readFileSync("/proc/self/auxv");
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  for (let offset = 0; offset + 16 <= bytes.length; offset += 16) {
    if (view.getBigUint64(offset, true) === AT_PAGESZ) return Number(view.getBigUint64(offset + 8, true));
  }
  return 4096;
}
