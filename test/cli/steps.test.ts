import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { Steps } from "../../cli/steps.ts";
import { Terminal } from "../../cli/terminal.ts";

/** What is written to standard error while steps are told, where no line can be rewritten. */
let written: string[];
beforeEach(() => {
  vi.useFakeTimers();
  written = [];
  vi.spyOn(process.stderr, "write").mockImplementation((text) => {
    written.push(String(text).trimEnd());
    return true;
  });
});
afterEach(() => {
  vi.restoreAllMocks();
  vi.useRealTimers();
});

function plainSteps(verbosity: "quiet" | "normal" | "verbose" = "normal"): Steps {
  return new Steps(new Terminal({ verbosity, results: process.stdout, live: false }));
}

describe("steps of long work, without a live line", () => {
  it("are told when they last longer than a second, with the figures of then", () => {
    const steps = plainSteps();
    steps.progress("pass 1");
    vi.advanceTimersByTime(900);
    steps.progress("compiling (0 s)");
    vi.advanceTimersByTime(500);
    steps.progress("compiling (1 s)");
    vi.advanceTimersByTime(699);
    expect(written).toEqual([]);
    vi.advanceTimersByTime(1);
    expect(written).toEqual(["compiling (1 s)"]);
    steps.progress("compiling (2 s)");
    vi.advanceTimersByTime(60_000);
    steps.progress("loading");
    vi.advanceTimersByTime(1200);
    steps.end();
    expect(written).toEqual(["compiling (1 s)", "loading"]);
  });

  it("are not told any more when the work is over, nor when nothing is to be told", () => {
    const steps = plainSteps();
    steps.progress("compiling");
    steps.end();
    const quiet = plainSteps("quiet");
    quiet.progress("compiling");
    quiet.detail("compiled");
    vi.advanceTimersByTime(60_000);
    expect(written).toEqual([]);
  });

  it("details are for those who asked for more, and cannot move the cursor", () => {
    plainSteps().detail("unseen");
    plainSteps("verbose").detail("cc: \u001b[2Jwarning");
    expect(written).toEqual(["cc: ?[2Jwarning"]);
  });
});
