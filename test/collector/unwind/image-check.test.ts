import { spawn, spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
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

  it("is not told of threads of the kernel, to those who may not look, and by nonsense", () => {
    const fields = Array.from({ length: 40 }, () => "0");
    expect(imageCheckOf(`12 (x) S ${fields.join(" ")}`)).toBeUndefined();
    fields[23 - 4] = "8192";
    fields[27 - 4] = "1";
    expect(imageCheckOf(`12 (x) S ${fields.join(" ")}`)).toBeUndefined();
    for (const text of ["", "12", "12 (x", "12 (x) S 1 2"]) expect(imageCheckOf(text)).toBeUndefined();
    expect(readImageCheck(2 ** 22 + 5)).toBeUndefined();
    // Number 2 is kthreadd, where it is to be seen.
    const second = existsSync("/proc/2/stat") ? readFileSync("/proc/2/stat", "latin1") : "";
    if (second.includes("(kthreadd)")) expect(readImageCheck(2)).toBeUndefined();
  });

  it("is not there yet amid an exec, which tells of its first mappings before", () => {
    // The kernel writes the addresses of so many arguments before it sets what the word is made of. Looked at all the time until it is over.
    const script =
      'set -- $(seq 100000); /bin/true "$@" & while read -r a < /proc/$!/stat; do echo "$a"; case $a in *") Z "*) exit; esac; done';
    const look = () => {
      const { stdout } = spawnSync("sh", ["-c", script], { encoding: "latin1", maxBuffer: 1 << 28 });
      const told = stdout.split("\n").filter((stat) => stat.includes("(true)"));
      return told.map(imageCheckOf);
    };
    // Who looks may have no CPU meanwhile.
    let told = look();
    for (let attempt = 1; attempt < 50 && !told.includes("executing"); attempt++) told = look();
    const executing = told.filter((check) => check === "executing").length;
    expect(executing).toBeGreaterThan(0);
    expect(told.lastIndexOf("executing")).toBe(executing - 1);
    expect(new Set(told.filter((check) => typeof check === "number")).size).toBeLessThanOrEqual(1);
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
    expect(parent).toBeDefined();
    expect(parent).not.toBe("executing");
    const sleeper = spawn("sleep", ["5"]);
    expect(readImageCheck(sleeper.pid ?? 0)).not.toBe(readImageCheck(process.pid));
    sleeper.kill();
  });
});
