import { rmSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import { Background, completenessOf, plainSamples, record, Scratch, totalSamples } from "./harness.ts";
import { buildUnwound } from "./unwound.ts";

/**
 * Stacks through code that nobody wrote call frame information of: its own instructions tell what it does with its stack. Judged by
 * the names of the frames.
 */
const WHOLE = 0.995;
const ASSEMBLER = ["asm_pushes", "asm_moves", "asm_aligned", "asm_kept", "asm_framed", "asm_table"];
/** It calls nothing: what it keeps is in a register, which only the leaf has. */
const LEAF = "asm_kept";

const recorded = async (program: string, collector: string, frequency = "997", duration = "4s") => {
  using scratch = new Scratch();
  using running = new Background(program);
  using _map = { [Symbol.dispose]: () => rmSync(`/tmp/perf-${running.pid}.map`, { force: true }) };
  await sleep(300);
  const args = ["--no-html", "--collector", collector, "--unwind", "tables", "-F", frequency, "-d", duration];
  const { profile, summary } = await record(scratch, [...args, "-p", String(running.pid)]);
  return { samples: plainSamples(profile), summary };
};

describe.each(["bpf", "perf"])("code without call frame information, with %s", (collector) => {
  it("assembler: all stacks are whole, with each function between its callers and callees", async () => {
    const { samples } = await recorded(buildUnwound("assembler.c", ""), collector);
    const { user, whole, others } = completenessOf(samples, (root) => root === "_start");
    console.log(`assembler, ${collector}: ${whole} of ${user} user stacks are whole; others end at`, others);
    expect(user).toBeGreaterThan(1_000);
    expect(whole / user).toBeGreaterThanOrEqual(WHOLE);
    for (const name of ASSEMBLER) {
      const through = samples.filter(({ names }) => names.includes(name));
      expect(totalSamples(through), name).toBeGreaterThan(50);
      const calling = through.filter(({ names }) => names[0] === "spin");
      if (name !== LEAF) expect(totalSamples(calling), name).toBeGreaterThan(20);
      const right = through.filter(({ names }) => {
        const at = names.indexOf(name);
        return names.slice(at + 1, at + 3).join() === "framed,main";
      });
      expect(totalSamples(right) / totalSamples(through), name).toBeGreaterThanOrEqual(WHOLE);
    }
  });

  it("a program of C that was built without any: all stacks are whole", async () => {
    const program = buildUnwound(
      "callbacks.c",
      "-bare",
      "-fno-asynchronous-unwind-tables",
      "-fno-unwind-tables",
    );
    const { samples } = await recorded(program, collector);
    const { user, whole, others } = completenessOf(samples, (root) => root === "_start");
    console.log(`C, ${collector}: ${whole} of ${user} user stacks are whole; others end at`, others);
    expect(user).toBeGreaterThan(1_000);
    expect(whole / user).toBeGreaterThanOrEqual(WHOLE);
    const comparing = samples.filter(({ names }) => names.includes("compare"));
    expect(totalSamples(comparing)).toBeGreaterThan(50);
    for (const { names } of comparing) expect(names.slice(-4)).toContain("main");
  });
});

describe("code that is compiled at run time, without frame pointers", () => {
  it.each(["bpf", "perf"])(
    "is followed as soon as a stack has ended in it, and anew whenever it changes, with %s",
    async (collector) => {
      const { samples, summary } = await recorded(buildUnwound("compiled.c", ""), collector, "499", "8s");
      const { user, whole, others } = completenessOf(samples, (root) => root === "_start");
      console.log(`compiled, ${collector}: ${whole} of ${user} user stacks are whole; others end at`, others);
      expect(summary.dropped).toEqual([]);
      // What was sampled before the recorder first looked.
      expect(whole / user).toBeGreaterThan(0.9);
      const through = samples.filter(
        ({ names }) => names.includes("inner_of_query") && names.includes("main"),
      );
      expect(totalSamples(through) / user).toBeGreaterThan(0.9);
      const right = through.filter(({ names }) => {
        const at = names.indexOf("inner_of_query");
        return names.slice(at + 1, at + 4).join() === "outer_of_query,run_query,main";
      });
      expect(totalSamples(right) / totalSamples(through)).toBeGreaterThanOrEqual(WHOLE);
    },
  );
});
