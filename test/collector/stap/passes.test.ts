import { describe, expect, it } from "vitest";
import { parseStapVersion } from "../../../collector/stap/compile.ts";
import { missingUnwindData } from "../../../collector/stap/load.ts";
import { parsePass, progressOf, summaryOf } from "../../../collector/stap/passes.ts";

describe("the passes of SystemTap", () => {
  it.each([
    [
      "Pass 1: parsed user script and 484 library scripts using 126820virt/102920res/12152shr/89816data kb, in 70usr/70sys/156real ms.",
      { number: 1, milliseconds: 156 },
    ],
    [
      'Pass 4: compiled C into "stapflame_stap_hand.ko" in 22740usr/4050sys/17748real ms.',
      { number: 4, milliseconds: 17748 },
    ],
    [
      'Pass 3: translated to C into "/tmp/stapfl0wmD/x_src.c" using 129068virt/108176res/15112shr/92064data kb, in 20usr/10sys/30real ms.',
      { number: 3, milliseconds: 30 },
    ],
  ])("%s", (line, pass) => {
    expect(parsePass(line)).toEqual(pass);
  });

  it("are not seen in other lines", () => {
    expect(parsePass("Pass 4: compilation failed.  [man error::pass4]")).toBeUndefined();
    expect(parsePass("WARNING: Kernel function symbol table missing [man warning::symbols]")).toBeUndefined();
  });

  it("are told with their times", () => {
    const ended = [
      { number: 1, milliseconds: 156 },
      { number: 2, milliseconds: 12 },
    ];
    expect(progressOf(3, ended)).toBe(
      "SystemTap pass 3 of 5, translating it to C (passes so far: 1: 0.16 s, 2: 0.01 s)",
    );
    expect(summaryOf([{ number: 4, milliseconds: 17748 }])).toBe(
      "pass 4 (compiling the kernel module) 17.7 s",
    );
  });
});

describe("what SystemTap says", () => {
  it("names its version", () => {
    expect(parseStapVersion("Systemtap translator/driver (version 5.1/0.192, Debian version 5.1-5)")).toBe(
      "5.1",
    );
  });

  it("names files without unwind data", () => {
    const line = (file: string) => `WARNING: Missing unwind data for a module, rerun with 'stap -d ${file}'`;
    expect(missingUnwindData(line("/usr/bin/dash"))).toBe("/usr/bin/dash");
    expect(missingUnwindData(line("kernel"))).toBeUndefined();
    expect(missingUnwindData(line("(unknown; retry with -DDEBUG_UNWIND)"))).toBeUndefined();
  });
});
