import pc from "picocolors";
import { describe, expect, it } from "vitest";
import { moduleLines, rowLines } from "../../cli/doctor.ts";
import { type ModulePort, tidyModules } from "../../cli/left-modules.ts";
import { CollectorError } from "../../collector/contract.ts";
import type { LeftModule } from "../../collector/modules/leftovers.ts";

const IDLE: LeftModule = { name: "stapflame_kmod_1", collector: "kmod", inUse: false };
const USED: LeftModule = { name: "stapflame_stap_2", collector: "stap", inUse: true };

function port(
  isRoot: boolean,
  remove: (name: string) => void = () => {},
): ModulePort & { removed: string[] } {
  const removed: string[] = [];
  return {
    removed,
    isRoot,
    find: () => [IDLE, USED],
    remove(name) {
      remove(name);
      removed.push(name);
    },
  };
}

describe("modules that recordings have left", () => {
  it("root removes those that nobody uses, and only those", () => {
    const kernel = port(true);
    const found = tidyModules(kernel);
    expect(kernel.removed).toEqual(["stapflame_kmod_1"]);
    expect(found.map(({ name, removed }) => [name, removed])).toEqual([
      ["stapflame_kmod_1", true],
      ["stapflame_stap_2", false],
    ]);
    expect(moduleLines(found)).toEqual([
      "",
      "kernel module stapflame_kmod_1: left by a recording that was killed; removed",
      "kernel module stapflame_stap_2: a recording uses it. It goes when that recording ends.",
    ]);
  });

  it("others are told how", () => {
    const kernel = port(false);
    const [idle] = tidyModules(kernel);
    expect(kernel.removed).toEqual([]);
    expect(moduleLines([idle])[1]).toBe(
      "kernel module stapflame_kmod_1: left by a recording that was killed; only root may remove it. " +
        "`sudo rmmod stapflame_kmod_1` does.",
    );
  });

  it("one that cannot be removed is told of, with the reason", () => {
    const kernel = port(true, () => {
      throw new CollectorError("it is in use", "End the recording first.");
    });
    expect(moduleLines(tidyModules(kernel))[1]).toBe(
      "kernel module stapflame_kmod_1: it is in use. End the recording first.",
    );
  });

  it("none, nothing to say", () => {
    expect(moduleLines(tidyModules({ ...port(true), find: () => [] }))).toEqual([]);
  });
});

describe("what works here", () => {
  it("a row a collector: notes where it works, reason and remedy where it does not", () => {
    const rows = rowLines(
      [
        { name: "bpf", description: "BPF", available: true, notes: ["no cgroup v2"] },
        {
          name: "kmod",
          description: "a module",
          available: false,
          reason: "no headers",
          remedy: "Install them.",
        },
      ],
      pc.createColors(false),
    );
    expect(rows).toEqual([
      "yes  bpf   BPF",
      "           note: no cgroup v2",
      "no   kmod  a module",
      "           why: no headers",
      "           remedy: Install them.",
    ]);
  });
});
