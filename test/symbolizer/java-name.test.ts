import { describe, expect, it } from "vitest";
import { javaNameWithoutResult } from "../../symbolizer/java-name.ts";

/** Entries as OpenJDK 17 wrote them. */
describe("Java's entries in a perf map", () => {
  it.each([
    [
      "java.util.HashMap$Node java.util.HashMap.getNode(java.lang.Object)",
      "java.util.HashMap.getNode(java.lang.Object)",
    ],
    ["long Work.heavy(int)", "Work.heavy(int)"],
    [
      "byte[] java.util.Arrays.copyOfRange(byte[], int, int)",
      "java.util.Arrays.copyOfRange(byte[], int, int)",
    ],
    ["void java.lang.Object.<init>()", "java.lang.Object.<init>()"],
    [
      "long Work$$Lambda$2/0x00007fdeb0000c28.applyAsLong(long)",
      "Work$$Lambda$2/0x00007fdeb0000c28.applyAsLong(long)",
    ],
  ])("%s loses the type of its result", (entry, name) => {
    expect(javaNameWithoutResult(entry)).toBe(name);
  });

  it.each([
    "Interpreter",
    "I2C/C2I adapters",
    "fpu2long_stub Runtime1 stub",
    "StubRoutines (2)",
    "_monitor_notifyAll_Java",
    "java.lang.String.hashCode()",
    "JS:*parse file:///srv/app.mjs:17:14",
    "void [System.Private.CoreLib] System.Threading.Thread::StartCallback()[Tier0]",
    "py::Work.run:/srv/work.py",
    "",
  ])("%s stands as it is", (entry) => {
    expect(javaNameWithoutResult(entry)).toBeUndefined();
  });
});
