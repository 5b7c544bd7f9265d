import { spawn } from "node:child_process";
import { closeSync, copyFileSync, fstatSync, renameSync, statSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import type { Mapping } from "../../collector/process/address-space.ts";
import { openMapped } from "../../collector/process/open-mapped.ts";
import { workshop } from "../symbolizer/debug-files/workshop.ts";

const shop = workshop("open-mapped");
/** At no address, so that the kernel has nothing to hand out for it, as to who may not look. */
const mapping = (file: string, inode: number): Mapping => ({ start: 1, end: 2, fileOffset: 0, inode, file });

function inodeOpened(pid: number, path: string, mapped: Mapping, since: number): number | string | undefined {
  const { fd, problem } = openMapped(pid, path, mapped, since);
  if (fd === undefined) return problem;
  const { ino } = fstatSync(fd);
  closeSync(fd);
  return ino;
}

describe("the file behind a mapping", () => {
  const path = join(shop, "libold.so");
  writeFileSync(path, "a library");
  const { ino } = statSync(path);
  const [before, later] = [Date.now() - 1000, Date.now() + 1000];

  it("is what has its name and inode, or is old enough where inodes cannot be compared", () => {
    expect(inodeOpened(process.pid, path, mapping(path, ino), before)).toBe(ino);
    expect(inodeOpened(process.pid, path, mapping(path, ino + 1), later)).toBe(ino);
    expect(inodeOpened(process.pid, path, mapping(path, ino + 1), before)).toContain("replaced");
    expect(inodeOpened(process.pid, `${path}.no`, mapping(`${path}.no`, ino), later)).toBe("it is gone");
  });

  it("is not what has its name now, however old, when the kernel says that it was deleted", () => {
    utimesSync(path, 1, 1);
    expect(inodeOpened(process.pid, path, mapping(`${path} (deleted)`, ino + 1), later)).toContain(
      "replaced",
    );
  });

  it("is the program that still runs, when another has its name", async () => {
    const program = join(shop, "sleeper");
    copyFileSync("/bin/sleep", program);
    const { ino: own } = statSync(program);
    const running = spawn(program, ["30"]);
    try {
      await sleep(100);
      copyFileSync("/bin/true", `${program}.new`);
      renameSync(`${program}.new`, program);
      const pid = running.pid ?? 0;
      expect(inodeOpened(pid, program, mapping(`${program} (deleted)`, own), later)).toBe(own);
      // The new one, mapped besides.
      const next = statSync(program).ino;
      expect(inodeOpened(pid, program, mapping(program, next), later)).toBe(next);
    } finally {
      running.kill();
    }
  });
});
