import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import { newQuirks, QUIRKS, quirksById } from "../../../collector/stap/quirks/index.ts";
import { headerReader } from "../../../collector/stap/quirks/kernel-headers.ts";
import type { Evidence } from "../../../collector/stap/quirks/quirk.ts";
import { repairArguments, runtimeReader } from "../../../collector/stap/quirks/runtime-copy.ts";
import { taskWorkCancel } from "../../../collector/stap/quirks/task-work-cancel.ts";
import { uprobeUnregister } from "../../../collector/stap/quirks/uprobe-unregister.ts";
import { userMemory } from "../../../collector/stap/quirks/user-memory.ts";
import {
  ADDR_MAP_4_8,
  ADDR_MAP_5_1,
  COMPILE_FAILED_DEBIAN_12,
  START_FAILED_DEBIAN_13,
  TASK_WORK_4_8,
  WARNINGS_SID,
} from "./captured.ts";

const folders: string[] = [];
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true });
});

/** A runtime with these files, and a place for its copy. */
function runtime(files: Record<string, string>): { folder: string; copy: string } {
  const folder = mkdtempSync(join(tmpdir(), "runtime-"));
  folders.push(folder);
  mkdirSync(join(folder, "original/linux"), { recursive: true });
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, "original", name), text);
  return { folder: join(folder, "original"), copy: join(folder, "copy") };
}

/** What is known, and nothing else. */
function evidence(known: { said?: string; runtime?: string; header?: string }): Evidence {
  return { said: known.said ?? "", runtime: () => known.runtime, header: () => known.header };
}

describe("the symptom of each quirk", () => {
  it("is the compiler's complaint on Debian 12", () => {
    expect(newQuirks(evidence({ said: COMPILE_FAILED_DEBIAN_12 }), [])).toEqual([taskWorkCancel]);
  });

  it("is staprun's complaint on Debian 13", () => {
    expect(newQuirks(evidence({ said: START_FAILED_DEBIAN_13 }), [])).toEqual([uprobeUnregister]);
  });

  it("is in the runtime's text of SystemTap 4.8, and not of 5.1", () => {
    expect(newQuirks(evidence({ runtime: ADDR_MAP_4_8 }), [])).toEqual([userMemory]);
    expect(newQuirks(evidence({ runtime: ADDR_MAP_5_1 }), [])).toEqual([]);
  });

  it("is a kernel's rename that the runtime does not know", () => {
    const header = "struct callback_head *task_work_cancel_func(struct task_struct *, task_work_func_t);";
    expect(newQuirks(evidence({ runtime: TASK_WORK_4_8, header }), [])).toEqual([taskWorkCancel]);
    const before = header.replace("_cancel_func", "_cancel");
    expect(newQuirks(evidence({ runtime: TASK_WORK_4_8, header: before }), [])).toEqual([]);
    const runtime = "#define TASK_WORK_CANCEL_FN task_work_cancel_func";
    expect(newQuirks(evidence({ runtime, header }), [])).toEqual([]);
  });

  it("is a kernel's removal that the runtime does not know", () => {
    const runtime = `_stp_error("Can't resolve uprobe_unregister!");`;
    const header = "extern void uprobe_unregister_nosync(struct uprobe *uprobe, struct uprobe_consumer *uc);";
    expect(newQuirks(evidence({ runtime, header }), [])).toEqual([uprobeUnregister]);
    const before = "extern void uprobe_unregister(struct inode *inode, loff_t offset);";
    expect(newQuirks(evidence({ runtime, header: before }), [])).toEqual([]);
    const knows = `${runtime} "uprobe_unregister_nosync"`;
    expect(newQuirks(evidence({ runtime: knows, header }), [])).toEqual([]);
  });

  it("is absent where nothing fails, and in other failures", () => {
    expect(newQuirks(evidence({ said: WARNINGS_SID }), [])).toEqual([]);
    const said = "x_src.c:9:1: error: implicit declaration of function 'foo'";
    expect(newQuirks(evidence({ said }), [])).toEqual([]);
  });

  it("is not looked for again once the quirk is applied", () => {
    expect(newQuirks(evidence({ said: COMPILE_FAILED_DEBIAN_12 }), [taskWorkCancel])).toEqual([]);
  });
});

describe("the repairs", () => {
  it("change a copy of the runtime and leave the original", () => {
    const { folder, copy } = runtime({ "stp_task_work.c": TASK_WORK_4_8, "linux/addr-map.c": ADDR_MAP_4_8 });
    expect(repairArguments([taskWorkCancel, userMemory], folder, copy)).toEqual(["-R", copy]);
    const mended = readFileSync(join(copy, "stp_task_work.c"), "utf8");
    expect(mended).toContain("typeof(&task_work_cancel_func)");
    expect(mended).toContain('kallsyms_lookup_name("task_work_cancel_func")');
    expect(mended).toContain("#define task_work_cancel (*");
    expect(readFileSync(join(copy, "linux/addr-map.c"), "utf8")).toBe(ADDR_MAP_5_1);
    expect(readFileSync(join(folder, "stp_task_work.c"), "utf8")).toBe(TASK_WORK_4_8);
    expect(newQuirks({ ...evidence({}), runtime: runtimeReader(copy) }, [])).toEqual([]);
  });

  it("make no copy where none is needed", () => {
    const { folder, copy } = runtime({});
    expect(repairArguments([uprobeUnregister], folder, copy)).toEqual([
      "-DSTAPCONF_UPROBE_UNREGISTER_EXPORTED=1",
    ]);
    expect(runtimeReader(copy)("stp_task_work.c")).toBeUndefined();
  });

  it("use a copy that is there already", () => {
    const { folder, copy } = runtime({ "stp_task_work.c": TASK_WORK_4_8 });
    repairArguments([taskWorkCancel], folder, copy);
    writeFileSync(join(copy, "stp_task_work.c"), "as it was");
    expect(repairArguments([taskWorkCancel], folder, copy)).toEqual(["-R", copy]);
    expect(readFileSync(join(copy, "stp_task_work.c"), "utf8")).toBe("as it was");
  });

  it("leave a runtime alone that has not the place", () => {
    const { folder, copy } = runtime({ "stp_task_work.c": "something newer" });
    repairArguments([taskWorkCancel], folder, copy);
    expect(readFileSync(join(copy, "stp_task_work.c"), "utf8")).toBe("something newer");
  });
});

describe("remembered quirks", () => {
  it("are found by their ids, unknown ones left out", () => {
    expect(quirksById([...QUIRKS.map(({ id }) => id), "of-another-version"])).toEqual(QUIRKS);
  });

  it("have ids of their own", () => {
    expect(new Set(QUIRKS.map(({ id }) => id)).size).toBe(QUIRKS.length);
  });
});

describe("the kernel's headers", () => {
  it("are found where Debian's flavours share them", () => {
    const { folder } = runtime({});
    mkdirSync(join(folder, "common/include/linux"), { recursive: true });
    writeFileSync(join(folder, "Makefile"), `include ${folder}/common/Makefile\n`);
    writeFileSync(join(folder, "common/include/linux/task_work.h"), "shared");
    expect(headerReader(folder)("linux/task_work.h")).toBe("shared");
    expect(headerReader(folder)("linux/none.h")).toBeUndefined();
  });
});
