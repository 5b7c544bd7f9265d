import { readFileSync, writeFileSync } from "node:fs";
import { address, bpf, closeFd } from "../../../collector/sys/syscall.ts";

/** What the kernel counts of BPF programs while `kernel.bpf_stats_enabled` is 1 (struct bpf_prog_info in include/uapi/linux/bpf.h). */
export interface ProgramStats {
  nanos: number;
  runs: number;
  verifiedInstructions: number;
}

const PROG_GET_NEXT_ID = 11;
const PROG_GET_FD_BY_ID = 13;
const OBJ_GET_INFO_BY_FD = 15;
const INFO_BYTES = 232;
const NAME = 64;
const RUN_TIME = 192;
const RUN_COUNT = 200;
const VERIFIED = 216;
const SETTING = "/proc/sys/kernel/bpf_stats_enabled";

/** Sum over all loaded programs called `name`. */
export function programStats(name: string): ProgramStats {
  const sum: ProgramStats = { nanos: 0, runs: 0, verifiedInstructions: 0 };
  for (let id = 0; ; ) {
    const next = new Uint32Array([id, 0, 0]);
    try {
      bpf(PROG_GET_NEXT_ID, new Uint8Array(next.buffer));
    } catch {
      return sum;
    }
    id = next[1];
    const fd = bpf(PROG_GET_FD_BY_ID, new Uint8Array(new Uint32Array([id, 0, 0]).buffer));
    const info = new Uint8Array(INFO_BYTES);
    const attr = new Uint8Array(16);
    const view = new DataView(attr.buffer);
    view.setUint32(0, fd, true);
    view.setUint32(4, info.length, true);
    view.setBigUint64(8, address(info), true);
    bpf(OBJ_GET_INFO_BY_FD, attr);
    closeFd(fd);
    const shown = new TextDecoder().decode(info.subarray(NAME, NAME + 16)).replace(/\0.*$/s, "");
    if (shown !== name) continue;
    const values = new DataView(info.buffer);
    sum.nanos += Number(values.getBigUint64(RUN_TIME, true));
    sum.runs += Number(values.getBigUint64(RUN_COUNT, true));
    sum.verifiedInstructions += values.getUint32(VERIFIED, true);
  }
}

/** Lets the kernel count until disposed. */
export class CountingPrograms implements Disposable {
  readonly #before = readFileSync(SETTING, "latin1");

  constructor() {
    writeFileSync(SETTING, "1");
  }

  [Symbol.dispose](): void {
    writeFileSync(SETTING, this.#before);
  }
}
