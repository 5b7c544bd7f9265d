import { describe, expect, it } from "vitest";
import { parseProcessRecord } from "../../collector/sys/perf-records.ts";

/** Builds a record from fields in order: numbers of 4 bytes, bigints of 8, text padded with NUL to 8. */
function record(...fields: (number | bigint | string)[]): DataView {
  const bytes: number[] = new Array(8).fill(0);
  for (const field of fields) {
    if (typeof field === "number") bytes.push(...new Uint8Array(new Uint32Array([field]).buffer));
    else if (typeof field === "bigint") bytes.push(...new Uint8Array(new BigUint64Array([field]).buffer));
    else {
      bytes.push(...new TextEncoder().encode(field), 0);
      while (bytes.length % 8 !== 0) bytes.push(0);
    }
  }
  return new DataView(new Uint8Array(bytes).buffer);
}

const SAMPLE_ID = [11, 12, 5000n] as const; // pid, tid, time

describe("perf's records of processes", () => {
  it("MMAP2 of executable memory", () => {
    const fields = [
      11,
      12,
      0x7f0000000000n,
      0x1000n,
      0x2000n,
      254,
      0,
      42n,
      1n,
      5,
      2,
      "/usr/lib/x.so",
      ...SAMPLE_ID,
    ];
    expect(parseProcessRecord(10, 0, record(...fields))).toEqual({
      kind: "mmap",
      pid: 11,
      start: 0x7f0000000000,
      length: 0x1000,
      fileOffset: 0x2000,
      inode: 42,
      file: "/usr/lib/x.so",
      time: 5000,
    });
    fields[9] = 1; // readable only
    expect(parseProcessRecord(10, 0, record(...fields))).toBeUndefined();
  });

  it("COMM, with and without exec", () => {
    const comm = record(11, 11, "node", ...SAMPLE_ID);
    expect(parseProcessRecord(3, 1 << 13, comm)).toEqual({
      kind: "comm",
      pid: 11,
      tid: 11,
      time: 5000,
      comm: "node",
      exec: true,
    });
    expect(parseProcessRecord(3, 0, comm)).toMatchObject({ exec: false });
  });

  it("FORK and EXIT", () => {
    const task = record(20, 10, 21, 12, 777n, ...SAMPLE_ID);
    expect(parseProcessRecord(7, 0, task)).toEqual({
      kind: "fork",
      pid: 20,
      tid: 21,
      parentPid: 10,
      parentTid: 12,
      time: 777,
    });
    expect(parseProcessRecord(4, 0, task)).toEqual({ kind: "exit", pid: 20, tid: 21, time: 777 });
  });

  it("LOST", () => {
    expect(parseProcessRecord(2, 0, record(1n, 99n, ...SAMPLE_ID))).toEqual({ kind: "lost", count: 99 });
  });

  it("passes over other types and anything too short", () => {
    expect(parseProcessRecord(9, 0, record(1n))).toBeUndefined();
    for (const type of [2, 3, 4, 7, 10, 13]) {
      for (let length = 8; length < 32; length += 8) {
        expect(parseProcessRecord(type, 0, new DataView(new ArrayBuffer(length)))).toSatisfy(
          (value: unknown) => value === undefined || (value as { kind: string }).kind === "lost",
        );
      }
    }
  });
});
