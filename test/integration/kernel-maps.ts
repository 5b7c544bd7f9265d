import { address, bpf, closeFd, mapShared, type SharedMemory } from "../../collector/sys/syscall.ts";

/** BPF maps of this machine by their names, as bpftool finds them: for tests that look at or spoil what a recording shares. */
const MAP_GET_NEXT_ID = 12;
const MAP_GET_FD_BY_ID = 14;
const OBJ_GET_INFO_BY_FD = 15;
const NAME_OFFSET = 24;

/** Memory of the maps called `name`, of which each has one element of `bytes`. */
export function mapsCalled(name: string, bytes: number): SharedMemory[] {
  const found: SharedMemory[] = [];
  for (let id = 0; ; ) {
    const next = new Uint32Array([id, 0, 0, 0]);
    try {
      bpf(MAP_GET_NEXT_ID, new Uint8Array(next.buffer));
    } catch {
      return found;
    }
    id = next[1];
    const fd = bpf(MAP_GET_FD_BY_ID, new Uint8Array(new Uint32Array([id, 0, 0]).buffer));
    if (nameOf(fd) === name) found.push(mapShared(fd, bytes));
    closeFd(fd);
  }
}

function nameOf(fd: number): string {
  const info = new Uint8Array(128);
  const attr = new Uint8Array(16);
  const view = new DataView(attr.buffer);
  view.setUint32(0, fd, true);
  view.setUint32(4, info.length, true);
  view.setBigUint64(8, address(info), true);
  bpf(OBJ_GET_INFO_BY_FD, attr);
  return new TextDecoder().decode(info.subarray(NAME_OFFSET, NAME_OFFSET + 16)).replace(/\0.*$/s, "");
}
