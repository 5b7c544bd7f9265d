import { describe, expect, it } from "vitest";
import { computeLimits, type StapLimits } from "../../../collector/stap/limits.ts";
import {
  clockProbe,
  limitArguments,
  planOfModule,
  renderScript,
  type ScriptPlan,
} from "../../../collector/stap/script.ts";

const MIB = 1024 * 1024;

function someLimits(): StapLimits {
  const limits = computeLimits({
    frequencyHz: 1000,
    cpus: 2,
    maxDepth: 127,
    kernelMemoryBytes: 32 * MIB,
  });
  if (!limits) throw new Error("no limits");
  return limits;
}

const plan: ScriptPlan = { frequencyHz: 1000, userStacks: true, limits: someLimits() };

/** The probes of a script, as written. */
function probes(script: string): string[] {
  return [...script.matchAll(/^probe ([^{]+) \{/gm)].map((match) => match[1]);
}

/** The body of the first probe at `point`. */
function body(script: string, point: string): string {
  const start = script.indexOf(`probe ${point} {`);
  return script.slice(start, script.indexOf("\n}\n", start));
}

describe("the clock", () => {
  it("is timer.profile at its own rate", () => {
    expect(clockProbe(1000)).toBe("timer.profile");
  });

  it("is a CPU clock with a period in nanoseconds at any other", () => {
    expect(clockProbe(99)).toBe("perf.sw.cpu_clock.sample(10101010)");
    expect(clockProbe(0.5)).toBe("perf.sw.cpu_clock.sample(2000000000)");
  });
});

describe("the script", () => {
  it("has a sampler and a drain for each of two tables, and they share none", () => {
    const script = renderScript(plan);
    expect(probes(script).filter((point) => point === "timer.profile")).toHaveLength(2);
    expect(script.match(/^global stacks_[01]$/gm)).toEqual(["global stacks_0", "global stacks_1"]);
    const [, first, second] = script.split("probe timer.profile {");
    expect(first).not.toContain("stacks_1[");
    expect(second).not.toContain("stacks_0[");
    for (const side of ["0", "1"]) {
      const drain = probes(script).find((point) => point.includes(`drain-${side}`));
      expect(drain).toBe(`procfs("drain-${side}").read.maxsize(${plan.limits.outputBytes})`);
    }
  });

  it("counts by process, thread, name, slice and both stacks, with the time as the value", () => {
    const sampler = body(renderScript(plan), "timer.profile");
    expect(sampler).toMatch(
      /stacks_0\[sf_tgid\(\), sf_tid\(\), sf_name_part\(0\), sf_name_part\(1\), slice, kernel, user\] <<< now/,
    );
    expect(sampler).toContain("now = sf_now()");
  });

  it("counts a full table as a loss", () => {
    expect(body(renderScript(plan), "timer.profile")).toMatch(/catch \{\s+sf_lost_to_full_table\(\)/);
  });

  it("gives each stack's count and first time, and forgets it", () => {
    const drain = body(renderScript(plan), `procfs("drain-1").read.maxsize(${plan.limits.outputBytes})`);
    expect(drain).toMatch(/@count\(stacks_1\[/);
    expect(drain).toMatch(/@min\(stacks_1\[/);
    expect(drain).toContain("delete stacks_1");
  });

  it("ends by itself when its recorder is gone", () => {
    expect(body(renderScript(plan), "timer.ms(200)")).toContain("if (sf_is_orphan()) exit()");
  });

  it("walks no user stacks, and so watches no process's mappings, where only the kernel is wanted", () => {
    const script = renderScript({ ...plan, userStacks: false });
    expect(script).not.toContain("pragma:vma");
    expect(script).not.toContain("sf_user_stack");
    expect(renderScript(plan)).toContain("pragma:vma");
  });

  it("fills every place of its templates", () => {
    expect(renderScript(plan)).not.toMatch(/@@/);
    expect(renderScript(plan)).toContain("#define SF_DEPTH 127\n");
    expect(renderScript(plan)).toContain(`#define SF_CAPACITY ${plan.limits.capacity}\n`);
  });

  it("is the same for recordings of other targets: nothing of a target is in it", () => {
    expect(renderScript({ ...plan })).toBe(renderScript(plan));
  });

  it("is limited by what the plan says", () => {
    const args = limitArguments(plan.limits);
    expect(args).toContain(`-DMAXSTRINGLEN=${plan.limits.stringBytes}`);
    expect(args).toContain(`-DMAXMAPENTRIES=${plan.limits.entries}`);
    expect(args).toContain("-DSTP_NO_OVERLOAD");
  });
});

describe("a compiled module", () => {
  it("tells the plan it was compiled for", () => {
    const written = /MODULE_INFO\(stapflame_settings, "([^"]+)"\)/.exec(renderScript(plan))?.[1];
    expect(planOfModule(`\0license=GPL\0stapflame_settings=${written}\0name=x\0`)).toEqual(plan);
  });

  it("of another version tells none", () => {
    expect(planOfModule("\0license=GPL\0")).toBeUndefined();
    expect(planOfModule("\0stapflame_settings=hz=1000 user=1\0")).toBeUndefined();
  });
});
