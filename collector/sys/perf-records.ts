import { decodeText } from "./text.ts";

/**
 * The records of processes in a perf ring buffer, from include/uapi/linux/perf_event.h (enum perf_event_type), as
 * written for the attributes of `processRecordsAttributes`.
 */
export type ProcessRecord =
  | {
      kind: "mmap";
      pid: number;
      time: number;
      start: number;
      length: number;
      fileOffset: number;
      inode: number;
      file: string;
    }
  | { kind: "comm"; pid: number; tid: number; time: number; comm: string; exec: boolean }
  | { kind: "fork"; pid: number; tid: number; parentPid: number; parentTid: number; time: number }
  | { kind: "exit"; pid: number; tid: number; time: number }
  | { kind: "lost"; count: number };

const RecordType = { lost: 2, comm: 3, exit: 4, fork: 7, mmap2: 10, lostSamples: 13 } as const;
const MISC_COMM_EXEC = 1 << 13;
const PROT_EXEC = 4;
/** sample_id at a record's end: pid, tid (u32 each), time (u64). */
const SAMPLE_ID_BYTES = 16;

/** One record; undefined for types that say nothing of processes, or a record too short for its type. */
export function parseProcessRecord(type: number, misc: number, record: DataView): ProcessRecord | undefined {
  const end = record.byteLength - SAMPLE_ID_BYTES;
  switch (type) {
    case RecordType.lost:
      return record.byteLength < 24 ? undefined : { kind: "lost", count: u64(record, 16) };
    case RecordType.lostSamples:
      return record.byteLength < 16 ? undefined : { kind: "lost", count: u64(record, 8) };
    case RecordType.comm:
      if (end < 16) return undefined;
      return {
        kind: "comm",
        pid: record.getUint32(8, true),
        tid: record.getUint32(12, true),
        time: u64(record, end + 8),
        comm: text(record, 16, end),
        exec: (misc & MISC_COMM_EXEC) !== 0,
      };
    case RecordType.fork:
    case RecordType.exit: {
      if (end < 32) return undefined;
      const pid = record.getUint32(8, true);
      const tid = record.getUint32(16, true);
      const time = u64(record, 24);
      if (type === RecordType.exit) return { kind: "exit", pid, tid, time };
      const [parentPid, parentTid] = [record.getUint32(12, true), record.getUint32(20, true)];
      return { kind: "fork", pid, tid, parentPid, parentTid, time };
    }
    case RecordType.mmap2:
      if (end < 72) return undefined;
      if ((record.getUint32(64, true) & PROT_EXEC) === 0) return undefined;
      return {
        kind: "mmap",
        pid: record.getUint32(8, true),
        start: u64(record, 16),
        length: u64(record, 24),
        fileOffset: u64(record, 32),
        inode: u64(record, 48),
        file: text(record, 72, end),
        time: u64(record, end + 8),
      };
    default:
      return undefined;
  }
}

/** An unsigned 64-bit field as a number: exact for what these fields hold (addresses of user space, times). */
function u64(view: DataView, offset: number): number {
  return view.getUint32(offset + 4, true) * 0x1_0000_0000 + view.getUint32(offset, true);
}

function text(view: DataView, start: number, end: number): string {
  return decodeText(new Uint8Array(view.buffer, view.byteOffset + start, end - start));
}
