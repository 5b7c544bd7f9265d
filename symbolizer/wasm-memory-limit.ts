/**
 * Gives a WebAssembly module's own memory an upper bound, so that what runs in it traps instead of eating the machine.
 * `pages` are of 64 KiB. Throws `Error` for bytes that are no module with a memory of its own.
 *
 * Module: 8 bytes of magic and version, then sections of id, size (LEB128), content. The memory section (id 5) is a
 * vector of limits: flag 0 and minimum, or flag 1 and minimum and maximum (WebAssembly core specification, 5.5.8, 5.3.9).
 */
export function limitWasmMemory(module: Uint8Array, pages: number): Uint8Array<ArrayBuffer> {
  for (let at = 8; at < module.length; ) {
    const id = module[at];
    const size = readLeb(module, at + 1);
    const end = size.next + size.value;
    if (id !== MEMORY_SECTION) {
      at = end;
      continue;
    }
    const count = readLeb(module, size.next);
    const minimum = readLeb(module, count.next + 1);
    if (count.value !== 1 || module[count.next] > 1) break;
    const content = [1, 1, ...leb(minimum.value), ...leb(Math.max(pages, minimum.value))];
    const section = [MEMORY_SECTION, ...leb(content.length), ...content];
    const limited = new Uint8Array(at + section.length + module.length - end);
    limited.set(module.subarray(0, at));
    limited.set(section, at);
    limited.set(module.subarray(end), at + section.length);
    return limited;
  }
  throw new Error("the WebAssembly module has no memory of its own");
}

const MEMORY_SECTION = 5;

function readLeb(bytes: Uint8Array, at: number): { value: number; next: number } {
  let value = 0;
  let next = at;
  for (let shift = 0; shift < 35 && next < bytes.length; shift += 7) {
    const byte = bytes[next++];
    value += (byte & 0x7f) * 2 ** shift;
    if (byte < 0x80) break;
  }
  return { value, next };
}

function leb(value: number): number[] {
  const bytes: number[] = [];
  for (let rest = value; ; rest = Math.floor(rest / 128)) {
    if (rest < 128) return [...bytes, rest];
    bytes.push((rest % 128) | 0x80);
  }
}
