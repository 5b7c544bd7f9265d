import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { writeFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { CLI, Scratch, stapflame } from "./harness.ts";

/** `stapflame symbolize` as a person, a pipe and a co-process meet it. */
const scratch = new Scratch();
afterAll(() => scratch[Symbol.dispose]());

const SOURCE = `static inline __attribute__((always_inline)) int twice(int x)
{
  return __builtin_popcount(x) * 2;
}
__attribute__((noinline)) int work(int x)
{
  return twice(x) + 1;
}
int main(int argc, char **argv) { return work(argc); }
`;

const program = scratch.file("program");
let addresses: string[];
beforeAll(() => {
  writeFileSync(scratch.file("program.c"), SOURCE);
  execFileSync("gcc", ["-g", "-O1", "-o", program, scratch.file("program.c")]);
  const symbol = execFileSync("nm", [program], { encoding: "utf8" })
    .split("\n")
    .find((line) => line.endsWith(" T work"));
  const start = Number.parseInt(symbol ?? "", 16);
  addresses = Array.from({ length: 8 }, (_, index) => (start + index).toString(16));
});

/** Runs the command with text on its standard input. */
async function withInput(args: readonly string[], input: string) {
  const child = spawn(process.execPath, [CLI, "symbolize", "-e", program, ...args]);
  const output = { stdout: "", stderr: "" };
  for (const stream of ["stdout", "stderr"] as const) {
    child[stream].setEncoding("utf8").on("data", (text: string) => {
      output[stream] += text;
    });
  }
  child.stdin.end(input);
  const [code] = await once(child, "close");
  return { ...output, code: code as number };
}

describe("stapflame symbolize", () => {
  it("tells function, place and inlined calls", async () => {
    const { stdout, code } = await stapflame(["symbolize", "-e", program, ...addresses]);
    expect(code).toBe(0);
    expect(stdout).toMatch(/^0x[0-9a-f]+ {2}work at \S+program\.c:[67]/m);
    expect(stdout).toMatch(/ {2}twice at \S+program\.c:3\S*\n +inlined into work at \S+program\.c:7/);
  });

  it("only the function with --no-inlines, and JSON with --json", async () => {
    const plain = await stapflame(["symbolize", "-e", program, "--no-inlines", ...addresses]);
    expect(plain.stdout.trim().split("\n")).toHaveLength(addresses.length);
    expect(plain.stdout).not.toContain("inlined");
    const { stdout } = await stapflame(["symbolize", "-e", program, "--json", ...addresses]);
    const answers = stdout
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line));
    expect(answers.map(({ address }) => address)).toEqual(addresses.map((address) => `0x${address}`));
    const chains = answers.map(({ frames }) =>
      frames
        .map((frame: { function: string; inlined: boolean }) => `${frame.function} ${frame.inlined}`)
        .join(),
    );
    expect(chains).toContain("twice true,work false");
  });

  it("answers standard input in its order, wrong lines too, and says so in the end", async () => {
    const { stdout, stderr, code } = await withInput(
      ["--json"],
      `${addresses[0]}\n\nnonsense\r\n0x${addresses[0]}`,
    );
    const lines = stdout
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line));
    expect(lines.map(({ address }) => address)).toEqual([
      `0x${addresses[0]}`,
      "nonsense",
      `0x${addresses[0]}`,
    ]);
    expect(lines[1].error).toMatch(/not a hexadecimal address/);
    expect(lines[2].frames).toEqual(lines[0].frames);
    expect(stderr).toMatch(/^warning: 1 line of standard input held no hexadecimal address\.\n$/);
    expect(code).toBe(1);
  });

  it("answers each line before the next comes", async () => {
    const child = spawn(process.execPath, [CLI, "symbolize", "-e", program, "--no-inlines"]);
    child.stdout.setEncoding("utf8");
    for (const address of addresses.slice(0, 3)) {
      child.stdin.write(`${address}\n`);
      const [answer] = await once(child.stdout, "data");
      expect(answer).toMatch(new RegExp(`^0x${address} {2}work`));
    }
    child.stdin.end();
    const [code] = await once(child, "close");
    expect(code).toBe(0);
  });

  it("answers a hundred thousand lines, in order", async () => {
    const many = Array.from({ length: 100_000 }, (_, index) => addresses[index % addresses.length]);
    const { stdout, code } = await withInput(["--json"], `${many.join("\n")}\n`);
    const lines = stdout.trim().split("\n");
    expect(lines).toHaveLength(many.length);
    for (const at of [0, 54_321, 99_999]) expect(JSON.parse(lines[at]).address).toBe(`0x${many[at]}`);
    expect(code).toBe(0);
  });

  it("stops when its reader does", async () => {
    const child = spawn("sh", [
      "-c",
      `yes ${addresses[0]} | "$0" "$1" symbolize -e "$2" | head -n 2`,
      process.execPath,
      CLI,
      program,
    ]);
    let stdout = "";
    child.stdout.on("data", (text) => {
      stdout += text;
    });
    let stderr = "";
    child.stderr.on("data", (text) => {
      stderr += text;
    });
    await once(child, "close");
    expect(stdout.split("\n")).toHaveLength(3);
    expect(stderr).toBe("");
  });

  it("refuses what makes no sense, in one sentence", async () => {
    const wrong = await stapflame(["symbolize", "-e", program, "401000", "main"]);
    expect(wrong).toMatchObject({ code: 2, stdout: "" });
    expect(wrong.stderr).toMatch(/^error: main is not a hexadecimal address .*\. Give addresses as nm/);
    const none = await stapflame(["symbolize", "401000"]);
    expect(none.code).toBe(2);
    expect(none.stderr).toMatch(/-e, --executable/);
    const text = await stapflame(["symbolize", "-e", scratch.file("program.c"), "1"]);
    expect(text.code).toBe(1);
    expect(text.stderr).toMatch(/no names can be read from .*program\.c: is not an ELF file/);
    const gone = await stapflame(["symbolize", "-e", scratch.file("gone"), "1"]);
    expect(gone.code).toBe(1);
  });
});
