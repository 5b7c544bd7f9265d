import type { Command } from "commander";
import { describe, expect, it } from "vitest";
import { recordCommand } from "../../cli/commands/record.ts";
import { scriptCommand } from "../../cli/commands/script.ts";
import { recordSpec } from "../../cli/record/plan.ts";
import { parseRelease } from "../../cli/values.ts";
import { kernelWalkDepths } from "../../collector/limits.ts";

const options = (command: Command) => command.options.map(({ flags, defaultValue }) => [flags, defaultValue]);

describe("script", () => {
  it("takes what record takes, with the same defaults", () => {
    expect(options(scriptCommand())).toEqual(options(recordCommand()));
    expect(options(recordCommand()).length).toBeGreaterThan(20);
  });

  it("shows in its help only what makes a difference", () => {
    const help = scriptCommand().helpInformation();
    expect(help).toMatch(/--collector <name>/);
    expect(help).toMatch(/--per-thread/);
    expect(help).not.toMatch(/--html|--json|What to write/);
  });
});

describe("the rate", () => {
  const given = {
    event: "timer.profile",
    maxDepth: 127,
    collector: "auto" as const,
    kernelMemory: 1,
    unwind: "auto" as const,
  };

  const limits = { maxFrequencyHz: 10_000, maxDepth: 127 };

  it("is the collector's own unless one was asked for", () => {
    expect(recordSpec(given, { kind: "all" }, 1000, limits).frequencyHz).toBe(1000);
    expect(recordSpec({ ...given, frequency: 49 }, { kind: "all" }, 1000, limits).frequencyHz).toBe(49);
  });

  it("and a module's path is made absolute; without one there is none", () => {
    expect(recordSpec({ ...given, module: "x.ko" }, { kind: "all" }, 99, limits).module).toBe(
      `${process.cwd()}/x.ko`,
    );
    expect("module" in recordSpec(given, { kind: "all" }, 99, limits)).toBe(false);
  });
});

describe("how deep stacks are kept", () => {
  const LIMITS = { maxFrequencyHz: 10_000, maxDepth: 127 };
  const given = {
    event: "timer.profile",
    maxDepth: 5000,
    collector: "auto" as const,
    kernelMemory: 1,
    unwind: "auto" as const,
  };

  it("user stacks as was asked, kernel stacks no deeper than the kernel walks them", () => {
    const depthsWith = (maxDepth: number) =>
      recordSpec(given, { kind: "all" }, 99, { maxFrequencyHz: 10_000, maxDepth }).depths;
    expect(depthsWith(127)).toEqual({ user: 5000, kernel: 127 });
    expect(depthsWith(10_000)).toEqual({ user: 5000, kernel: 1024 });
    expect(recordSpec(given, { kind: "all" }, 99, LIMITS).depthsRequired).toBe(true);
  });

  it("user stacks deeper by unwind tables than else, where nothing was asked", () => {
    const { maxDepth: _, ...silent } = given;
    const source = {
      tableOf: async () => ({ kind: "none", reason: "" }) as const,
      librariesOf: async () => [],
    };
    const unwind = { source, required: false };
    const byTables = recordSpec(silent, { kind: "all" }, 99, LIMITS, { unwind });
    expect(byTables).toMatchObject({ depths: { user: 255, kernel: 127 }, depthsRequired: false, unwind });
    expect(recordSpec(silent, { kind: "all" }, 99, LIMITS).depths).toEqual({ user: 127, kernel: 127 });
    // Where tables turn out to be impossible, it is what the kernel walks.
    expect(kernelWalkDepths(byTables, LIMITS)).toEqual({ user: 127, kernel: 127 });
    expect(() => kernelWalkDepths({ ...byTables, depthsRequired: true }, LIMITS)).toThrow(
      "stacks of 255 frames are deeper than this kernel walks along frame pointers, 127",
    );
  });
});

describe("kernel releases on the command line", () => {
  it("are what uname -r prints, and no paths", () => {
    for (const good of ["6.12.48+deb13-amd64", "5.14.0-70.el9.x86_64", "6.1.0-rt~rc1"]) {
      expect(parseRelease(good)).toBe(good);
    }
    for (const bad of ["", "../../etc", "6.1/../..", "linux", "6", "6.1 amd64"]) {
      expect(() => parseRelease(bad)).toThrow("uname -r");
    }
  });
});
