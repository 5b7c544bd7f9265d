import { describe, expect, it } from "vitest";
import type { RecordSpec } from "../../../collector/contract.ts";
import { preparation } from "../../../collector/stap/control.ts";
import template from "../../../kmod-templates/stap/state.stp?raw";

const spec: RecordSpec = {
  targets: { kind: "tasks", pids: [10, 11], tids: [12] },
  frequencyHz: 99,
  depths: { kernel: 127, user: 127 },
  mode: "all",
  idle: false,
  perThread: true,
  sliceNanos: 1e9,
  kernelMemoryBytes: 1 << 25,
};

describe("what a module is told", () => {
  it("follows forks before it knows a target", () => {
    const lines = preparation(spec, 5n, undefined);
    expect(lines).toEqual(expect.arrayContaining(["filter 1", "pid 10", "pid 11", "tid 12", "per-thread 1"]));
    expect(lines.indexOf("follow 1")).toBeLessThan(lines.indexOf("pid 10"));
    expect(lines).toContain("start 5");
  });

  it("follows nothing where all processes are recorded", () => {
    const lines = preparation({ ...spec, targets: { kind: "all" }, idle: true }, 5n, undefined);
    expect(lines).toEqual(expect.arrayContaining(["filter 0", "idle 1"]));
    expect(lines).not.toContain("follow 1");
  });

  it("names a cgroup by its id", () => {
    const lines = preparation({ ...spec, targets: { kind: "cgroup", path: "/x" }, mode: "user" }, 5n, 4711n);
    expect(lines).toEqual(expect.arrayContaining(["filter 2", "cgroup 4711", "mode 2"]));
  });

  it("uses only words that the template knows", () => {
    const known = [...template.matchAll(/strcmp\(word, "([a-z-]+)"\)/g)].map((match) => match[1]);
    for (const targets of [spec.targets, { kind: "all" } as const, { kind: "cgroup", path: "/x" } as const]) {
      for (const line of preparation({ ...spec, targets }, 5n, 1n))
        expect(known).toContain(line.split(" ")[0]);
    }
    expect(known).toEqual(expect.arrayContaining(["owner", "run", "side"]));
  });
});
