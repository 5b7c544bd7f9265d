import { spawn, spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { imageCheck, imageCheckOf, readImageCheck } from "../../../collector/unwind/image-check.ts";

describe("the word that tells images apart", () => {
  it("is made of fields 28 and 27 of /proc/PID/stat, whatever the process is called", () => {
    const fields = Array.from({ length: 50 }, (_, index) => index + 3);
    fields[27 - 3] = 0x5555_5555_6000;
    fields[28 - 3] = 0x7fff_1234_5678;
    const rest = ["S", ...fields.slice(1)].join(" ");
    const expected = Number(((0x7fff_1234_5678n >> 4n) ^ (0x5555_5555_6000n >> 3n)) & 0xffff_ffffn);
    expect(imageCheckOf(`12 (plain) ${rest}`)).toBe(expected);
    expect(imageCheckOf(`12 (a) 1 2 3) (b) ${rest}`)).toBe(expected);
    expect(imageCheck(0x7fff_1234_5678n, 0x5555_5555_6000n)).toBe(expected);
  });

  it("is 0 where the kernel does not tell, and of nonsense", () => {
    const hidden = ["S", ...Array.from({ length: 40 }, () => "0")].join(" ");
    expect(imageCheckOf(`12 (x) ${hidden}`)).toBe(0);
    for (const text of ["", "12", "12 (x", "12 (x) S 1 2"]) expect(imageCheckOf(text)).toBe(0);
    expect(readImageCheck(2 ** 22 + 5)).toBe(0);
  });

  it("is a forked child's as its parent's, and another after an exec", () => {
    expect(readImageCheck(process.pid)).toBe(imageCheckOf(readFileSync("/proc/self/stat", "latin1")));
    // The shell tells its own and its forked child's, and then becomes another program.
    const script =
      'read -r a < /proc/self/stat; (read -r b < /proc/self/stat; echo "$b"); echo "$a"; exec cat /proc/self/stat';
    const lines = spawnSync("sh", ["-c", script], { encoding: "latin1" }).stdout.trim().split("\n");
    const [child, parent, executed] = lines.map(imageCheckOf);
    expect(child).toBe(parent);
    expect(executed).not.toBe(parent);
    expect(parent).not.toBe(0);
    const sleeper = spawn("sleep", ["5"]);
    expect(readImageCheck(sleeper.pid ?? 0)).not.toBe(readImageCheck(process.pid));
    sleeper.kill();
  });
});
