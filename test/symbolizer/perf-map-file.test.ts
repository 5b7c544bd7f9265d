import {
  chmodSync,
  chownSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { openPerfMap, openTrusted, parseProcStatus } from "../../symbolizer/perf-map-file.ts";
import { judge } from "./judges.ts";

const root = mkdtempSync(join(tmpdir(), "stapflame-perf-map-"));
mkdirSync(join(root, "tmp"));
afterAll(() => rmSync(root, { recursive: true, force: true }));

const NOBODY = 65534;
const isRoot = process.getuid?.() === 0;
const me = process.geteuid?.() ?? 0;
const inTmp = (name: string) => join(root, "tmp", name);
/** A process that is surely gone: no PID is as high. */
const GONE = 2 ** 30;

describe("the perf map of a process", () => {
  test("in a container lies under its root and bears its innermost PID", () => {
    writeFileSync(inTmp("perf-7.map"), "1000 10 inside\n");
    const opened = openPerfMap({ pid: GONE, nsPid: 7, uids: [me], root });
    expect(Buffer.from(opened.found?.read(0, 100) ?? []).toString()).toBe("1000 10 inside\n");
    opened.found?.close();
  });

  test("of a process that is gone is looked for in /tmp", () => {
    const path = `/tmp/perf-${GONE}.map`;
    writeFileSync(path, "1000 10 outside\n");
    try {
      const opened = openPerfMap({ pid: GONE });
      expect(opened.found?.size).toBe(16);
      opened.found?.close();
    } finally {
      rmSync(path);
    }
  });

  test("that was written before the process was made is another's with the same number", () => {
    const path = inTmp("perf-1.map");
    writeFileSync(path, "1000 10 before\n");
    const { mtimeMs } = statSync(path);
    const opened = (startedAt: number) => openPerfMap({ pid: GONE, nsPid: 1, uids: [me], root, startedAt });
    expect(opened(mtimeMs + 3000)).toMatchObject({
      absent: false,
      missing: expect.stringContaining("before the process was started"),
    });
    // Clocks of file systems go by steps.
    for (const startedAt of [mtimeMs + 1000, mtimeMs, mtimeMs - 86_400_000]) {
      const own = opened(startedAt);
      expect(own.found?.size).toBe(15);
      own.found?.close();
    }
  });

  test("is absent when the program wrote none", () => {
    expect(openPerfMap({ pid: GONE, root })).toMatchObject({ absent: true });
  });

  test.runIf(isRoot)("of another user is refused, of the process's own user or root it is not", () => {
    const path = inTmp("perf-8.map");
    writeFileSync(path, "1000 10 foreign\n");
    chownSync(path, 12345, 12345);
    const refused = openPerfMap({ pid: GONE, nsPid: 8, uids: [1000], root });
    expect(refused).toMatchObject({ absent: false, missing: expect.stringContaining("user 12345") });
    const own = openPerfMap({ pid: GONE, nsPid: 8, uids: [12345], root });
    expect(own.found?.size).toBe(16);
    own.found?.close();
    chownSync(path, 0, 0);
    const ofRoot = openPerfMap({ pid: GONE, nsPid: 8, uids: [1000], root });
    expect(ofRoot.found?.size).toBe(16);
    ofRoot.found?.close();
  });

  test("that is a FIFO is refused without waiting for a writer", () => {
    judge("mkfifo", [inTmp("perf-9.map")]);
    expect(openPerfMap({ pid: GONE, nsPid: 9, uids: [me], root }).missing).toBe("is not a regular file");
  });

  test("that is a symbolic link or a directory is refused", () => {
    symlinkSync("/etc/passwd", inTmp("perf-10.map"));
    expect(openPerfMap({ pid: GONE, nsPid: 10, uids: [me], root }).missing).toContain("ELOOP");
    mkdirSync(inTmp("perf-11.map"));
    expect(openPerfMap({ pid: GONE, nsPid: 11, uids: [me], root }).missing).toBe("is not a regular file");
  });

  test("is not looked for through a container's /tmp that is a symbolic link", () => {
    const trap = mkdtempSync(join(tmpdir(), "stapflame-trap-"));
    try {
      symlinkSync(join(root, "tmp"), join(trap, "tmp"));
      writeFileSync(inTmp("perf-12.map"), "1000 10 x\n");
      expect(openPerfMap({ pid: GONE, nsPid: 12, uids: [me], root: trap }).found).toBeUndefined();
    } finally {
      rmSync(trap, { recursive: true });
    }
  });

  test("that may not be read says so", () => {
    const path = inTmp("perf-13.map");
    writeFileSync(path, "");
    chmodSync(path, 0);
    // Root may read anything, so root looks as somebody else.
    if (isRoot) process.seteuid?.(NOBODY);
    try {
      expect(openTrusted(path, { uids: new Set([me]) }).missing).toContain("permission denied");
    } finally {
      if (isRoot) process.seteuid?.(0);
    }
  });
});

describe("/proc/PID/status", () => {
  test("tells the innermost PID and the users", () => {
    const text = "Name:\tx\nNStgid:\t4711\t12\t1\nUid:\t1000\t1001\t1000\t1000\n";
    expect(parseProcStatus(text)).toEqual({ nsPid: 1, uids: [1000, 1001] });
    expect(parseProcStatus("")).toEqual({ nsPid: undefined, uids: [] });
    expect(parseProcStatus(readFileSync("/proc/self/status", "latin1")).nsPid).toBeGreaterThan(0);
  });
});
