import { execFileSync } from "node:child_process";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { childrenOf } from "../../collector/targets.ts";
import { writePprofFile } from "../../profile/node/pprof-file.ts";
import { profileOf } from "../viewer/made-profile.ts";
import { CLI, Scratch, stapflame, until } from "./harness.ts";
import { Tmux } from "./tmux.ts";

/** `stapflame view` as a person sees it, in tmux: it has to leave every terminal as it was. */

const scratch = new Scratch();
const profile = scratch.file("demo.pb.gz");
beforeAll(() =>
  writePprofFile(
    profileOf(
      "main;汉字函数;\u202eevil\x1b[2J;leaf 50\nmain;emoji👩\u200d👩🎉;x 30\nmain;한국어@k;ひらがな@l;end@j 20",
    ),
    profile,
  ),
);
afterAll(() => scratch[Symbol.dispose]());

/** A terminal in which the view is open, and how its settings were before. */
async function opened(size = [80, 24], env: Record<string, string> = {}) {
  const tmux = new Tmux(size[0], size[1], env);
  await tmux.shows("ready$");
  const before = await settings(tmux);
  tmux.line(`${process.execPath} ${CLI} view ${profile}`);
  await tmux.shows("1 Call tree");
  return { tmux, before };
}

/** So that no answer is taken for a later one. */
let questions = 0;

/** The terminal's settings, asked by the shell when it has the terminal back. */
async function settings(tmux: Tmux): Promise<string> {
  const question = `asked-${++questions}`;
  tmux.line(`clear; stty -g; echo ${question}`);
  const screen = await tmux.shows(new RegExp(`^${question}\\nready\\$`, "m"));
  const facts = [
    "alternate_on",
    "cursor_flag",
    "wrap_flag",
    "keypad_cursor_flag",
    "insert_flag",
    "mouse_any_flag",
  ];
  return [
    ...screen.split("\n").filter((line) => line.includes(":")),
    ...facts.map((fact) => `${fact}=${tmux.fact(fact)}`),
  ].join("\n");
}

/** Waits until the shell has the terminal again, and asks it for the exit code. */
async function left(tmux: Tmux): Promise<string> {
  await until(() => tmux.fact("alternate_on") === "0", 20_000, "the screen to be left");
  tmux.line('echo "code=$?"');
  return tmux.shows(/^code=\d+$/m);
}

function viewPid(tmux: Tmux): number {
  return childrenOf(Number(tmux.fact("pane_pid")))[0];
}

describe("the terminal is as it was after", () => {
  test.each([
    ["q", "q", 0],
    ["Ctrl-C", "C-c", 0],
  ])("%s", async (_, key, code) => {
    const { tmux, before } = await opened();
    using _tmux = tmux;
    expect(tmux.fact("alternate_on")).toBe("1");
    expect(tmux.fact("cursor_flag")).toBe("0");
    tmux.keys(key);
    // What was on the screen before is there again.
    const screen = await left(tmux);
    expect(screen).toMatch(/^asked-/m);
    expect(screen).toContain(`code=${code}`);
    expect(await settings(tmux)).toBe(before);
  });

  test.each([
    ["SIGINT", 130],
    ["SIGTERM", 143],
    ["SIGHUP", 129],
    ["SIGQUIT", 131],
  ] as const)("%s", async (signal, code) => {
    const { tmux, before } = await opened();
    using _tmux = tmux;
    process.kill(viewPid(tmux), signal);
    expect(await left(tmux)).toContain(`code=${code}`);
    expect(await settings(tmux)).toBe(before);
  });

  test("an exception, whose words can be read, and process.exit", async () => {
    for (const [fault, seen] of [
      ['setTimeout(()=>{throw new Error("a made fault")},1500)', "a made fault"],
      ["setTimeout(()=>process.exit(9),1500)", ""],
    ]) {
      const { tmux, before } = await opened([80, 24], {
        NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(fault)}`,
      });
      using _tmux = tmux;
      expect(await left(tmux)).toContain(seen);
      tmux.line("unset NODE_OPTIONS");
      expect(await settings(tmux)).toBe(before);
    }
  });

  test("Ctrl-Z, until fg brings the same screen back; also when stopped from elsewhere", async () => {
    const { tmux, before } = await opened();
    using _tmux = tmux;
    tmux.keys("e");
    const shown = await tmux.shows("leaf");
    const pid = viewPid(tmux);
    for (const stop of [() => tmux.keys("C-z"), () => void process.kill(pid, "SIGTSTP")]) {
      stop();
      await tmux.shows("Stopped");
      expect(await settings(tmux)).toBe(before);
      tmux.line("fg");
      await tmux.shows("1 Call tree");
      await until(() => tmux.screen() === shown, 10_000, "the screen from before");
      expect(tmux.fact("alternate_on")).toBe("1");
    }
    // SIGSTOP gives no time to tidy up; what comes after must still be a whole screen.
    process.kill(pid, "SIGSTOP");
    await tmux.shows("Stopped");
    tmux.line("fg");
    await until(() => tmux.screen() === shown, 10_000, "the screen from before");
    tmux.keys("q");
    expect(await left(tmux)).toContain("code=0");
    expect(await settings(tmux)).toBe(before);
  });

  test("the terminal is closed: the program ends", async () => {
    const { tmux } = await opened();
    using _tmux = tmux;
    const pid = viewPid(tmux);
    tmux.close();
    await until(() => !existsSync(`/proc/${pid}`), 10_000, "the end of the program");
  });
});

describe("the screen", () => {
  test("follows the terminal's size", async () => {
    const { tmux } = await opened([60, 12]);
    using _tmux = tmux;
    for (const [columns, rows] of [
      [100, 30],
      [30, 8],
      [10, 3],
      [80, 24],
    ]) {
      tmux.resize(columns, rows);
      if (columns >= 20) {
        await until(
          () => tmux.screen().split("\n").length === rows && tmux.screen().startsWith(" stapflame"),
          10_000,
          "a whole screen",
        );
      } else await tmux.shows("The termi");
    }
    tmux.keys("q");
    expect(await left(tmux)).toContain("code=0");
  });

  test("is not broken by wide, invisible or controlling characters", async () => {
    const { tmux } = await opened();
    using _tmux = tmux;
    tmux.keys("4");
    await tmux.shows("CALLERS ABOVE");
    const [names, leaves] = (await tmux.shows("汉字函数")).split("\n").slice(6, 8);
    // tmux gives each wide character as one; columns are counted by its own idea of width.
    const column = (line: string, text: string) =>
      Number(
        execFileSync("wc", ["-L"], {
          input: line.slice(0, line.indexOf(text)),
          encoding: "utf8",
          env: { ...process.env, LC_ALL: "C.UTF-8" },
        }),
      );
    expect(names).toMatch(/^汉字函数 +emoji👩\\u\{200d\}/);
    expect(leaves).toMatch(/^\\u\{202e\}evil\\e\[2J +x +ひらがな/);
    expect(column(names, "emoji")).toBe(40);
    expect(column(leaves, "x ")).toBe(40);
    expect(column(names, "한국어")).toBe(64);
    expect(column(leaves, "ひらがな")).toBe(64);
  });

  test("takes keys that come together, in their order", async () => {
    const { tmux } = await opened();
    using _tmux = tmux;
    tmux.keys("3", "/", "l", "e", "a", "f", "Enter", "d");
    const screen = await tmux.shows("DETAILS");
    expect(screen).toMatch(/^leaf$/m);
    tmux.keys("Escape");
    await tmux.shows('"leaf": 1 function in 1 place, 50.0% of all');
    tmux.keys("Escape");
    await tmux.shows("? help");
    tmux.keys("q");
    expect(await left(tmux)).toContain("code=0");
  });

  test("is sent in a few bytes a key, and nothing while nobody types", async () => {
    const { tmux } = await opened();
    using _tmux = tmux;
    const pid = viewPid(tmux);
    const written = () => Number(/^wchar: (\d+)$/m.exec(readFileSync(`/proc/${pid}/io`, "utf8"))?.[1]);
    await sleep(300);
    const before = written();
    tmux.keys("Down");
    await sleep(300);
    const after = written();
    // libuv wakes itself by writing to an eventfd, eight bytes at a time.
    expect(after - before).toBeLessThan(1500);
    await sleep(500);
    expect(written() - after).toBeLessThan(100);
  });
});

describe("without a screen", () => {
  test("it prints plain lines: to a pipe, on a dumb terminal, when asked to", async () => {
    const piped = await stapflame(["view", profile, "--top", "2"]);
    expect(piped).toMatchObject({ code: 0, stderr: "" });
    expect(piped.stdout).toContain("Functions by their own weight, 2 of 3:");
    expect(piped.stdout).toContain("   50.0%   50.0%  leaf  demo");
    using tmux = new Tmux(80, 24, { TERM: "dumb" });
    await tmux.shows("ready$");
    tmux.line(`${process.execPath} ${CLI} view ${profile} --top 1; echo "code=$?"`);
    expect(await tmux.shows("code=0")).toContain("Stacks by weight, 1 of 3:");
    tmux.line(`clear; TERM=xterm ${process.execPath} ${CLI} view ${profile} --plain --top 1; echo "code=$?"`);
    expect(await tmux.shows("code=0")).toContain("Stacks by weight, 1 of 3:");
  });

  test("it reads other formats, also from standard input", async () => {
    const folded = scratch.file("some.txt");
    writeFileSync(folded, "main;work 3\nmain;rest 1\n");
    const named = await stapflame(["view", folded, "--from", "folded", "--top", "1"]);
    expect(named.stdout).toContain("   75.0%   75.0%  work");
    const piped = execFileSync("sh", ["-c", `${process.execPath} ${CLI} view - --json < ${folded}`], {
      encoding: "utf8",
    });
    expect(JSON.parse(piped)).toMatchObject({
      total: 4,
      functions: [{ name: "work", self: 3 }, { name: "rest" }],
    });
  });

  test("it says in a sentence what is wrong", async () => {
    expect(await stapflame(["view", "/nowhere.pb.gz"])).toMatchObject({
      code: 1,
      stderr: "error: cannot read /nowhere.pb.gz: there is no such file or folder. Check the path.\n",
    });
    const nothing = scratch.file("nothing.pb.gz");
    const made = profileOf("main 1");
    await writePprofFile(
      { ...made, sampleTypes: [], samples: { ...made.samples, length: 0, values: [] } },
      nothing,
    );
    const refused = await stapflame(["view", nothing]);
    expect([refused.code, refused.stderr]).toEqual([
      1,
      expect.stringContaining("The profile counts nothing"),
    ]);
    expect((await stapflame(["view", profile, "--top", "0"])).code).toBe(2);
    expect((await stapflame(["view"])).code).toBe(2);
  });
});
