import { describe, expect, it } from "vitest";
import { explainCompiling } from "../../../collector/kmod/build-errors.ts";

const RELEASE = "6.12.48+deb13-amd64";

/** What make printed, on a real machine each, and what is said about it. */
describe("a module that does not compile", () => {
  it.each([
    ["make: not found", /^there is no make to compile the module with$/, /make gcc/],
    [
      "make: Entering directory '/usr/src/linux-headers-6.1.0-56-cloud-amd64'\n  CC [M]  /tmp/sfk/main.o\n/bin/sh: 1: gcc-12: not found\nmake[1]: *** [main.o] Error 127",
      /no compiler to compile the module with \(gcc-12\)/,
      /gcc-12/,
    ],
    [
      "/bin/sh: line 1: x86_64-linux-gnu-gcc-14: command not found\nmake[2]: *** Error 127",
      /\(x86_64-linux-gnu-gcc-14\)/,
      /gcc-14/,
    ],
    ["/tmp/ccA.s: fatal error: /tmp/ccA.s: No space left on device", /^the disk is full$/, /Make room/],
    [
      "make: *** No rule to make target 'modules'.  Stop.",
      /headers of kernel 6\.12\.48\+deb13-amd64 are not whole/,
      /./,
    ],
    [
      'ERROR: modpost: "__unwind_start" [/tmp/sfk/x.ko] undefined!',
      /lacks what the module needs: "__unwind_start"/,
      /report/,
    ],
    [
      "/tmp/sfk/main.c:10:10: error: implicit declaration of function 'foo'",
      /does not compile here: implicit declaration of function 'foo'/,
      /report/,
    ],
    ["one\nlast words", /could not be compiled: last words/, /stapflame script/],
    ["", /make said nothing/, /stapflame script/],
  ])("%j", (output, message, remedy) => {
    const error = explainCompiling(output, RELEASE);
    expect(error.message).toMatch(message);
    expect(error.remedy).toMatch(remedy);
  });
});
