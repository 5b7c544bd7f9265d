import { describe, expect, it } from "vitest";
import { ProcessTable, type ProcReader } from "../../collector/process/process-table.ts";

const NOTHING: ProcReader = { maps: () => undefined, comm: () => undefined };
const map = (start: number, file: string) => ({ start, length: 0x1000, fileOffset: 0, inode: 7, file });

describe("the table of processes", () => {
  it("reads /proc for a process that was there before", () => {
    const table = new ProcessTable({
      maps: () =>
        "00400000-00401000 r-xp 00002000 fe:00 12 /bin/old\n00500000-00501000 r--p 0 fe:00 12 /bin/data\n",
      comm: () => "old",
    });
    const found = table.at(1, 5);
    expect(found.comm).toBe("old");
    expect(found.space.find(0x400010, 5)).toMatchObject({ file: "/bin/old", fileOffset: 0x2000, inode: 12 });
    expect(found.space.find(0x500010, 5)).toBeUndefined();
  });

  it("follows fork, exec, mappings and names through time", () => {
    const table = new ProcessTable({
      maps: () => "00400000-00401000 r-xp 0 fe:00 1 /bin/sh\n",
      comm: () => "sh",
    });
    table.fork(20, 10, 100);
    table.comm(20, 20, 200, "worker", true);
    table.mmap(20, 210, map(0x600000, "/bin/worker"));
    table.comm(20, 21, 220, "a-thread", false);

    expect(table.at(20, 150)).toMatchObject({ comm: "sh" });
    expect(table.at(20, 150).space.find(0x400000, 150)?.file).toBe("/bin/sh");
    expect(table.at(20, 300)).toMatchObject({ comm: "worker" });
    expect(table.at(20, 300).space.find(0x400000, 300)).toBeUndefined();
    expect(table.at(20, 300).space.find(0x600800, 300)?.file).toBe("/bin/worker");
    expect(table.at(10, 300).comm).toBe("sh");
  });

  it("tells two lives of one process id apart", () => {
    const table = new ProcessTable(NOTHING);
    table.comm(30, 30, 10, "first", true);
    table.fork(30, 5, 100);
    table.comm(30, 30, 110, "second", true);
    expect(table.at(30, 50).comm).toBe("first");
    expect(table.at(30, 150).comm).toBe("second");
  });

  it("reads /proc again where records may be missing", () => {
    let [maps, comm] = ["00400000-00401000 r-xp 0 fe:00 1 /bin/sh\n", "sh"];
    const table = new ProcessTable({ maps: () => maps, comm: () => comm });
    table.ensure(40);
    [maps, comm] = ["00700000-00701000 r-xp 0 fe:00 2 /bin/other\n", "other"];
    table.gap(500);
    expect(table.at(40, 400)).toMatchObject({ comm: "sh" });
    expect(table.at(40, 600)).toMatchObject({ comm: "other" });
    expect(table.at(40, 600).space.find(0x700000, 600)?.file).toBe("/bin/other");
  });

  it("forgets what ended and is not asked for, and only that", () => {
    const table = new ProcessTable(NOTHING);
    for (let pid = 1000; pid < 6000; pid++) {
      table.fork(pid, 1, pid);
      table.comm(pid, pid, pid, "child", true);
      table.exit(pid, pid, pid + 1);
      if (pid % 100 === 0) table.endRound();
      // Asked for in each round: kept, for its other threads still run.
      table.at(1000, pid);
    }
    for (let round = 0; round < 10; round++) {
      table.at(1000, 9999);
      table.endRound();
    }
    expect(table.size).toBe(2);
    expect(table.at(1000, 9999).comm).toBe("child");
  });
});
