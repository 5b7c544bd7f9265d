import { describe, expect, it } from "vitest";
import { unwindChoice } from "../../cli/record/unwind-source.ts";
import { ProcessTable } from "../../collector/process/process-table.ts";

/** Which collectors walk user stacks by tables of ours, and what is said where they do not. */
describe("--unwind", () => {
  const choice = (unwind: "auto" | "tables" | "fp", collector: "bpf" | "kmod" | "stap", kernelOnly = false) =>
    unwindChoice({ unwind, kernelOnly } as Parameters<typeof unwindChoice>[0], collector, new ProcessTable());

  it.each(["bpf", "kmod"] as const)("gives %s tables: if possible, or at any rate", async (collector) => {
    for (const way of ["auto", "tables"] as const) {
      const { spec, close } = choice(way, collector);
      expect(spec.unwind?.required).toBe(way === "tables");
      await close();
    }
    expect(choice("fp", collector).spec).toEqual({});
    expect(choice("tables", collector, true).spec).toEqual({});
  });

  it("leaves stap its own unwinder, and says so", () => {
    expect(choice("auto", "stap").spec).toEqual({});
    expect(() => choice("tables", "stap")).toThrow("the stap collector has an unwinder of its own");
  });
});
