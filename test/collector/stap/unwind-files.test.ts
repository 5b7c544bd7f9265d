import { chmodSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import { chooseUnwindFiles } from "../../../collector/stap/unwind-files.ts";

const folders: string[] = [];
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true });
});

function script(text: string): string {
  const folder = mkdtempSync(join(tmpdir(), "script-"));
  folders.push(folder);
  const path = join(folder, "run");
  writeFileSync(path, text);
  chmodSync(path, 0o755);
  return path;
}

const launching = (launched: string) => chooseUnwindFiles({ kind: "tasks", pids: [1], tids: [], launched });

describe("the files whose unwind data is bundled", () => {
  it("are those that a running target has mapped", () => {
    const { files, libraries, problems } = chooseUnwindFiles({
      kind: "tasks",
      pids: [process.pid],
      tids: [],
    });
    expect(files).toContain(realpathSync(process.execPath));
    expect(files.some((file) => /libc[.-]/.test(file))).toBe(true);
    expect(libraries).toBe(false);
    // V8 compiles to anonymous memory.
    expect(problems.join()).toContain("code made at run time");
  });

  it("are the program and its libraries for a command that does not run yet", () => {
    expect(launching("/bin/sh")).toEqual({ files: [realpathSync("/bin/sh")], libraries: true, problems: [] });
  });

  it("are the interpreter's for a script", () => {
    expect(launching(script("#!/bin/sh\nexit\n")).files).toEqual([realpathSync("/bin/sh")]);
    const viaEnv = launching(script("#!/usr/bin/env sh\nexit\n")).files;
    expect(viaEnv).toEqual([realpathSync("/usr/bin/env"), realpathSync("/bin/sh")].sort());
  });

  it("are none for what is gone or does not exist", () => {
    expect(launching("/no/such/program").files).toEqual([]);
    expect(chooseUnwindFiles({ kind: "tasks", pids: [2 ** 22 + 1], tids: [] }).files).toEqual([]);
  });

  it("are bounded for a whole machine", () => {
    expect(chooseUnwindFiles({ kind: "all" }).files.length).toBeLessThanOrEqual(48);
  });
});
