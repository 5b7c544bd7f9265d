import { describe, expect, it } from "vitest";
import { Viewer } from "../../../cli/view/model/viewer.ts";
import { paintLine, styleOf } from "../../../cli/view/terminal/paint.ts";
import { Screen } from "../../../cli/view/terminal/screen.ts";
import { ASCII_GLYPHS, type Glyphs, UNICODE_GLYPHS } from "../../../cli/view/text/fit.ts";
import { lineText, lineWidth } from "../../../cli/view/text/line.ts";
import { hostileProfile } from "../../browser/demo-profile.ts";
import { type MadeFrame, type MadeStack, madeProfile, profileOf } from "../../viewer/made-profile.ts";

const stack = (process: string, count: number, ...frames: MadeFrame[]): MadeStack => ({
  process,
  count,
  frames,
});
const MAIN: MadeFrame = { name: "main", file: "src/main.c", line: 3 };
const PARSE: MadeFrame = { name: "parse", file: "src/parse.c", line: 40 };
const READ: MadeFrame = { name: "read", place: "l" };
const VFS: MadeFrame = { name: "vfs_read", place: "k" };
const DEMO = madeProfile(
  [
    stack("server", 30, MAIN, PARSE, PARSE, { name: "scan" }),
    stack("server", 10, MAIN, PARSE),
    stack("server", 40, MAIN, READ, VFS),
    stack("server", 1, MAIN, { name: "log" }),
    stack("gzip", 19, { name: "deflate", place: "l" }),
  ],
  { target: "all processes", drops: [{ cause: "the table was full", count: 7 }] },
);

class Person {
  readonly viewer: Viewer;
  readonly size = { columns: 64, rows: 14 };
  wish = "";

  constructor(profile = DEMO, glyphs: Glyphs = UNICODE_GLYPHS, edges = false) {
    this.viewer = new Viewer(profile, { glyphs, edges });
    this.see();
  }

  /** Keys one after another, `/text` being typed as it stands. */
  press(...keys: string[]): this {
    for (const key of keys) {
      this.wish = this.viewer.press(key);
      if (this.viewer.isBusy(false)) this.viewer.work();
      this.see();
    }
    return this;
  }

  type(text: string): this {
    return this.press(...text);
  }

  lines() {
    return this.viewer.screen(this.size);
  }

  /** The screen as text, without blanks at the ends of lines; `>` marks the line one stands on. */
  see(): string {
    const lines = this.lines();
    expect(lines.length).toBe(this.size.rows);
    for (const line of lines) expect(lineWidth(line)).toBe(this.size.columns);
    return lines
      .map((line, row) => {
        const isHere = row > 1 && line.some(({ look }) => look.reverse);
        return `${isHere ? ">" : " "}${lineText(line)}`.trimEnd();
      })
      .join("\n");
  }
}

describe("the call tree", () => {
  it("begins with what is below everything", () => {
    expect(new Person().see()).toMatchInlineSnapshot(`
      "  stapflame  all processes · 100 samples in 10.…  7 samples lost
        1 Call tree  2 Inverted  3 Functions  4 Flam…  by process name
        TOTAL    SELF            FUNCTION
      >100.0%    0.0% ▒▒▒▒▒▒▒▒▒▒ ▾ all
        81.0%    0.0% ▒▒▒▒▒▒▒▒    ▸ server (4242)
        19.0%    0.0% ▒▒          ▸ gzip (4242)






       all                total 100.0% 100 samples, self 0.0% 0 samples
       ↑↓ move  ←→ close, open  e heaviest path  / search  d details  ?"
    `);
  });

  it("opens the heaviest path, and shows where one stands", () => {
    expect(new Person().press("e").see()).toMatchInlineSnapshot(`
      "  stapflame  all processes · 100 samples in 10.…  7 samples lost
        1 Call tree  2 Inverted  3 Functions  4 Flam…  by process name
        TOTAL    SELF            FUNCTION
       100.0%    0.0% ▒▒▒▒▒▒▒▒▒▒ ▾ all
        81.0%    0.0% ▒▒▒▒▒▒▒▒    ▾ server (4242)
        81.0%    0.0% ▒▒▒▒▒▒▒▒     ▾ main  demo
        40.0%   10.0% █▒▒▒          ▾ parse  demo
        30.0%    0.0% ▒▒▒            ▾ parse  demo
      > 30.0%   30.0% ███               scan  demo
        40.0%    0.0% ▒▒▒▒          ▸ read  libc.so.6
         1.0%    1.0%                 log  demo
        19.0%    0.0% ▒▒          ▸ gzip (4242)
       scan  /usr/bin/d…  total 30.0% 30 samples, self 30.0% 30 samples
       ↑↓ move  ←→ close, open  e heaviest path  / search  d details  ?"
    `);
  });

  it("opens all, closes, and goes to the caller", () => {
    const person = new Person().press("*", "<end>");
    expect(person.see()).toMatchInlineSnapshot(`
      "  stapflame  all processes · 100 samples in 10.…  7 samples lost
        1 Call tree  2 Inverted  3 Functions  4 Flam…  by process name
        TOTAL    SELF            FUNCTION
        81.0%    0.0% ▒▒▒▒▒▒▒▒     ▾ main  demo
        40.0%   10.0% █▒▒▒          ▾ parse  demo
        30.0%    0.0% ▒▒▒            ▾ parse  demo
        30.0%   30.0% ███               scan  demo
        40.0%    0.0% ▒▒▒▒          ▾ read  libc.so.6
        40.0%   40.0% ████             vfs_read  [kernel]
         1.0%    1.0%                 log  demo
        19.0%    0.0% ▒▒          ▾ gzip (4242)
      > 19.0%   19.0% ██             deflate  libc.so.6
       deflate  /usr/li…  total 19.0% 19 samples, self 19.0% 19 samples
       ↑↓ move  ←→ close, open  e heaviest path  / search  d details  ?"
    `);
    expect(person.press("<home>", "<down>", "<left>").see()).toMatchInlineSnapshot(`
      "  stapflame  all processes · 100 samples in 10.…  7 samples lost
        1 Call tree  2 Inverted  3 Functions  4 Flam…  by process name
        TOTAL    SELF            FUNCTION
       100.0%    0.0% ▒▒▒▒▒▒▒▒▒▒ ▾ all
      > 81.0%    0.0% ▒▒▒▒▒▒▒▒    ▸ server (4242)
        19.0%    0.0% ▒▒          ▾ gzip (4242)
        19.0%   19.0% ██             deflate  libc.so.6





       server (4242)        total 81.0% 81 samples, self 0.0% 0 samples
       ↑↓ move  ←→ close, open  e heaviest path  / search  d details  ?"
    `);
  });

  it("tells weights besides shares on a wide terminal", () => {
    const person = new Person();
    Object.assign(person.size, { columns: 110, rows: 10 });
    expect(person.press("e").see()).toMatchInlineSnapshot(`
      "  stapflame  all processes · 100 samples in 10.0 s · 99 Hz per CPU · build-7                    7 samples lost
        1 Call tree  2 Inverted  3 Functions  4 Flame graph                                          by process name
        TOTAL    SELF      TOTAL            FUNCTION
        81.0%    0.0%         81 ▒▒▒▒▒▒▒▒     ▾ server (4242)
        81.0%    0.0%         81 ▒▒▒▒▒▒▒▒       ▾ main  demo
        40.0%   10.0%         40 █▒▒▒             ▾ parse  demo
        30.0%    0.0%         30 ▒▒▒                ▾ parse  demo
      > 30.0%   30.0%         30 ███                    scan  demo
       scan  /usr/bin/demo                                              total 30.0% 30 samples, self 30.0% 30 samples
       ↑↓ move  ←→ close, open  e heaviest path  / search  d details  ? help  q quit"
    `);
  });
});

describe("the inverted tree", () => {
  it("has functions by their own weight, and callers below", () => {
    expect(new Person().press("2", "<down>", "<right>").see()).toMatchInlineSnapshot(`
      "  stapflame  all processes · 100 samples in 10.…  7 samples lost
        1 Call tree  2 Inverted  3 Functions  4 Flam…  by process name
         SELF OF FUNC            FUNCTION, BELOW IT ITS CALLERS
        40.0%  100.0% ████       ▸ vfs_read  [kernel]
      > 30.0%  100.0% ███        ▾ scan  demo
        30.0%  100.0% ███         ▾ parse  demo
        30.0%  100.0% ███          ▾ parse  demo
        30.0%  100.0% ███           ▾ main  demo
        30.0%  100.0% ███              server (4242)
        19.0%  100.0% ██         ▸ deflate  libc.so.6
        10.0%  100.0% █          ▸ parse  demo
         1.0%  100.0%            ▸ log  demo
       scan  /usr/bin/d…  total 30.0% 30 samples, self 30.0% 30 samples
       ↑↓ move  ←→ close, open  e heaviest path  / search  d details  ?"
    `);
  });
});

describe("functions", () => {
  it("are sorted by self, total or name; recursion counts once", () => {
    const person = new Person().press("3");
    expect(person.see()).toMatchInlineSnapshot(`
      "  stapflame  all processes · 100 samples in 10.…  7 samples lost
        1 Call tree  2 Inverted  3 Functions  4 Flam…  by process name
         SELF   TOTAL            NAME
      > 40.0%   40.0% ████       vfs_read  [kernel]
        30.0%   30.0% ███        scan  demo
        19.0%   19.0% ██         deflate  libc.so.6
        10.0%   40.0% █▒▒▒       parse  demo
         1.0%    1.0%            log  demo
         0.0%   81.0% ▒▒▒▒▒▒▒▒   main  demo
         0.0%   40.0% ▒▒▒▒       read  libc.so.6


       vfs_read  [kerne…  total 40.0% 40 samples, self 40.0% 40 samples
       ↑↓ move  s sort by self, total, name  / search  d details  ? he…"
    `);
    expect(person.press("s").see()).toMatchInlineSnapshot(`
      "  stapflame  all processes · 100 samples in 10.…  7 samples lost
        1 Call tree  2 Inverted  3 Functions  4 Flam…  by process name
         SELF   TOTAL            NAME
      >  0.0%   81.0% ▒▒▒▒▒▒▒▒   main  demo
        40.0%   40.0% ████       vfs_read  [kernel]
        10.0%   40.0% █▒▒▒       parse  demo
         0.0%   40.0% ▒▒▒▒       read  libc.so.6
        30.0%   30.0% ███        scan  demo
        19.0%   19.0% ██         deflate  libc.so.6
         1.0%    1.0%            log  demo


       main  src/main.c:3   total 81.0% 81 samples, self 0.0% 0 samples
       ↑↓ move  s sort by self, total, name  / search  d details  ? he…"
    `);
    expect(person.press("s").see()).toMatchInlineSnapshot(`
      "  stapflame  all processes · 100 samples in 10.…  7 samples lost
        1 Call tree  2 Inverted  3 Functions  4 Flam…  by process name
         SELF   TOTAL            NAME
      > 19.0%   19.0% ██         deflate  libc.so.6
         1.0%    1.0%            log  demo
         0.0%   81.0% ▒▒▒▒▒▒▒▒   main  demo
        10.0%   40.0% █▒▒▒       parse  demo
         0.0%   40.0% ▒▒▒▒       read  libc.so.6
        30.0%   30.0% ███        scan  demo
        40.0%   40.0% ████       vfs_read  [kernel]


       deflate  /usr/li…  total 19.0% 19 samples, self 19.0% 19 samples
       ↑↓ move  s sort by self, total, name  / search  d details  ? he…"
    `);
  });
});

describe("the flame graph", () => {
  it("is as wide as the terminal", () => {
    expect(new Person().press("4").see()).toMatchInlineSnapshot(`
      "  stapflame  all processes · 100 samples in 10.…  7 samples lost
        1 Call tree  2 Inverted  3 Functions  4 Flam…  by process name
       CALLERS ABOVE, CALLEES BELOW; WIDTH IS THE SHARE OF SAMPLES
      >all
       server (4242)                                       gzip (4242)
       main                                                deflate
       parse                     read
       parse                     vfs_read
       scan



       all                total 100.0% 100 samples, self 0.0% 0 samples
       ↑↓ move  Enter zoom  Esc back  / search  d details  ? help  q q…"
    `);
  });

  it("is walked by arrows, zoomed by Enter, and back by Esc", () => {
    const person = new Person().press("4", "<down>", "<down>", "<down>", "<enter>");
    const zoomed = person.see();
    expect(zoomed).toMatchInlineSnapshot(`
      "  stapflame  all processes · 100 samples in 10.…  7 samples lost
        1 Call tree  2 Inverted  3 Functions  4 Flam…  by process name
       CALLERS ABOVE, CALLEES BELOW; WIDTH IS THE SHARE OF SAMPLES
       all
       server (4242)
       main
      >parse
       parse
       scan



       parse  src/parse…  total 40.0% 40 samples, self 10.0% 10 samples
       ↑↓ move  Enter zoom  Esc back  / search  d details  ? help  q q…"
    `);
    expect(person.press("<up>", "<up>", "<right>").see()).toContain("server");
    expect(person.press("<escape>").see()).toBe(new Person().press("4", "<down>", "<down>", "<down>").see());
  });

  it("draws edges in ASCII where there are neither colours nor more", () => {
    expect(new Person(DEMO, ASCII_GLYPHS, true).press("4", "<down>", "<right>").see()).toMatchInlineSnapshot(`
      "  stapflame  all processes - 100 samples in 10.~  7 samples lost
        1 Call tree  2 Inverted  3 Functions  4 Flam~  by process name
       CALLERS ABOVE, CALLEES BELOW; WIDTH IS THE SHARE OF SAMPLES
       |all
      >|server (4242)                                      |gzip (4242)
       |main                                               |deflate
       |parse                    |read                    |
       |parse                    |vfs_read
       |scan



       gzip (4242)          total 19.0% 19 samples, self 0.0% 0 samples
       Up/Down move  Enter zoom  Esc back  / search  d details  ? help~"
    `);
  });

  it("says what is too narrow, and a search reaches it by a zoom", () => {
    const narrow = profileOf(
      `main;wide 9990\n${Array.from({ length: 10 }, (_, i) => `main;n${i};leaf${i} 1`).join("\n")}`,
    );
    const person = new Person(narrow).press("4");
    expect(person.see()).toContain("20 frames too narrow (0.1%)");
    expect(person.press("/").type("leaf7").press("<enter>").see()).toMatchInlineSnapshot(`
      "  stapflame  ./demo · 10,000 samples in 10.0 s · 99 Hz per CPU ·…
        1 Call tree  2 Inverted  3 Functions  4 Flam…  by process name
       CALLERS ABOVE, CALLEES BELOW; WIDTH IS THE SHARE OF SAMPLES
       all
       demo (4242)
       main
       n7
      >leaf7




       leaf7  /usr/bin/demo     total 0.0% 1 sample, self 0.0% 1 sample
       "leaf7": 1 function in 1 place, 0.0% of all  n N next, Esc clear"
    `);
  });
});

describe("a search", () => {
  it("runs while it is typed and tells functions, places and share", () => {
    const person = new Person().press("/").type("pars");
    expect(person.see()).toMatchInlineSnapshot(`
      "  stapflame  all processes · 100 samples in 10.…  7 samples lost
        1 Call tree  2 Inverted  3 Functions  4 Flam…  by process name
        TOTAL    SELF            FUNCTION
       100.0%    0.0% ▒▒▒▒▒▒▒▒▒▒ ▾ all
        81.0%    0.0% ▒▒▒▒▒▒▒▒    ▾ server (4242)
        81.0%    0.0% ▒▒▒▒▒▒▒▒     ▾ main  demo
      > 40.0%   10.0% █▒▒▒          ▸ parse  demo
        40.0%    0.0% ▒▒▒▒          ▸ read  libc.so.6
         1.0%    1.0%                 log  demo
        19.0%    0.0% ▒▒          ▸ gzip (4242)


       parse  src/parse…  total 40.0% 40 samples, self 10.0% 10 samples
      >Search: pars   "pars": 1 function in 2 places, 40.0% of all"
    `);
    const here = () => /^>.*$/m.exec(person.see())?.[0];
    person.press("<enter>");
    expect(here()).toMatch(/40.0% .* parse/);
    person.press("n");
    expect(here()).toMatch(/30.0% .* parse/);
    person.press("N");
    expect(here()).toMatch(/40.0% .* parse/);
    expect(person.press("<escape>").see()).not.toContain("functions in");
  });

  it("takes expressions, and says what is wrong with one", () => {
    const person = new Person().press("/").type("/^(read|scan)$/");
    expect(person.press("<enter>").see()).toContain('"/^(read|scan)$/": 2 functions in 2 places, 70.0%');
    person.press("/").type("x");
    expect(person.press("<ctrl-u>").type("/f(/").see()).toContain("Not a regular expression");
    expect(person.press("<escape>").see()).toContain("d details");
    expect(person.press("/").type("zzz").see()).toContain('"zzz": no function matches');
  });

  it("stays when the grouping changes, and so does the place", () => {
    const person = new Person().press("/").type("vfs").press("<enter>", "p", "p");
    expect(person.see()).toContain("by thread");
    expect(person.see()).toMatch(/^>.* vfs_read {2}\[kernel\]$/m);
    expect(person.see()).toContain('"vfs": 1 function in 1 place, 40.0% of all');
  });

  it("is not done for what is typed over", () => {
    const { viewer } = new Person();
    viewer.press("/");
    viewer.press("p");
    expect(viewer.isBusy(true)).toBe(false);
    expect(viewer.isBusy(false)).toBe(true);
    viewer.press("<enter>");
    expect(viewer.isBusy(true)).toBe(true);
  });
});

describe("details", () => {
  it("tell name, place, weights and callers", () => {
    const person = new Person();
    person.size.rows = 26;
    expect(person.press("/").type("scan").press("<enter>", "d").see()).toMatchInlineSnapshot(`
      "  stapflame  all processes · 100 samples in 10.…  7 samples lost
        1 Call tree  2 Inverted  3 Functions  4 Flam…  by process name
       DETAILS                                    any other key closes
       scan

       Kind        program
       Module      /usr/bin/demo
       Self        30 samples, 30.0% of all
       Total       30 samples, 30.0% of all
                   100.0% of the caller's

       Callers first
         all
         server (4242)
         main  demo
         parse  demo
         parse  demo
         scan  demo






       scan  /usr/bin/d…  total 30.0% 30 samples, self 30.0% 30 samples
       "scan": 1 function in 1 place, 30.0% of all  n N next, Esc clear"
    `);
    expect(person.press("x").see()).not.toContain("DETAILS");
  });

  it("of everything tell how it was recorded and what was lost", () => {
    const person = new Person();
    person.size.rows = 26;
    expect(person.press("d").see()).toMatchInlineSnapshot(`
      "  stapflame  all processes · 100 samples in 10.…  7 samples lost
        1 Call tree  2 Inverted  3 Functions  4 Flam…  by process name
       DETAILS                                    any other key closes
       all

       Samples     100 samples
       Duration    10.0 s
       Started     2026-11-21T04:00:00.000Z
       Target      all processes
       Command     stapflame record --duration 10 -- ./demo
       Asked for   99 Hz
       Achieved    98.7 Hz
       Event       timer.profile
       Collector   bpf
       Kernel      6.12.1 x86_64
       Host        build-7
       Recorded by stapflame 0.1.0

       7 samples lost (6.5%): the table was full





       all                total 100.0% 100 samples, self 0.0% 0 samples
       ↑↓ move  ←→ close, open  e heaviest path  / search  d details  ?"
    `);
  });

  it("of one place of a function tell its weight everywhere", () => {
    const person = new Person();
    Object.assign(person.size, { columns: 100, rows: 26 });
    expect(person.press("4", "<down>", "<down>", "<down>", "<down>", "d").see()).toContain(
      "Everywhere  self 10 samples (10.0%), total 40 samples (40.0%), recursion counted once",
    );
  });
});

describe("elsewhere", () => {
  it("helps", () => {
    const person = new Person();
    Object.assign(person.size, { columns: 80, rows: 40 });
    expect(person.press("?").see()).toMatchInlineSnapshot(`
      "  stapflame  all processes · 100 samples in 10.0 s · 99 Hz per …  7 samples lost
        1 Call tree  2 Inverted  3 Functions  4 Flame graph            by process name
       KEYS                                                       any other key closes
       Everywhere
         1 2 3 4  Tab    call tree, inverted tree, functions, flame graph
         ↑ ↓  k j        move; PgUp PgDn, Home End (g G)
         /               search: plain text, or /a regular expression/
         n N             next and previous match
         d               all about the frame: full name, module, file and line, callers
         p               group by process name, process, thread, or not at all
         v               weigh by the next sample type: samples, CPU time
         ?               this help
         q  Ctrl-C       leave;  Ctrl-Z  suspend

       Call tree, inverted tree
         → ←  l h        open, close; then the first callee, the caller
         Enter           open or close
         e               open the heaviest path from here, to where its time is spent
         * -             open all below, close all below

       Functions
         s               sort by self, total, name

       Flame graph
         ← →  h l        the frames beside; ↑ the caller, ↓ the widest callee
         Enter           zoom in;  Backspace, Esc  back

       Words
         self            samples in which the function itself was running
         total           samples in it or in what it called, each counted once
         inverted        functions by their own weight, and below them their callers







       all                                total 100.0% 100 samples, self 0.0% 0 samples
       ↑↓ move  ←→ close, open  e heaviest path  / search  d details  ? help  q quit"
    `);
  });

  it("weighs by CPU time", () => {
    expect(new Person().press("v", "e").see()).toContain("total 30.0% 303 ms, self 30.0% 303 ms");
  });

  it("goes from the graph to the same place of the tree", () => {
    expect(new Person().press("4", "<down>", "<down>", "<down>", "1").see()).toMatch(/^>.* parse {2}demo$/m);
  });

  it("leaves and suspends by its keys", () => {
    expect(new Person().press("q").wish).toBe("quit");
    expect(new Person().press("<ctrl-c>").wish).toBe("quit");
    expect(new Person().press("<ctrl-z>").wish).toBe("suspend");
    expect(new Person().press("/", "q").wish).toBe("draw");
  });

  it("says so when there is nothing", () => {
    const person = new Person(madeProfile([]));
    for (const key of ["1", "e", "*", "d", "x", "2", "e", "<right>", "3", "s", "4", "<down>", "<enter>"])
      person.press(key);
    expect(person.press("3").see()).toContain("No samples were recorded");
  });

  it("holds its shape on every size, with any name", () => {
    const person = new Person(hostileProfile());
    for (const [columns, rows] of [
      [1, 1],
      [19, 5],
      [20, 6],
      [40, 10],
      [80, 24],
      [300, 100],
    ]) {
      Object.assign(person.size, { columns, rows });
      for (const view of ["1", "2", "3", "4"])
        person.press(view, "<down>", "<right>", "e", "*", "d", "<escape>", "?", "x");
    }
  });
});

describe("painting", () => {
  it("puts what follows a character of doubtful width where it belongs", () => {
    const line = [
      { text: "12% ", look: {} },
      { text: "字🎉", look: { ink: "kernel" as const } },
      { text: " end", look: {} },
    ];
    expect(paintLine(line, 256)).toBe("12% \x1b[38;5;161m字🎉\x1b[0m\x1b[9G end");
    expect(paintLine(line, 0)).toBe("12% 字🎉\x1b[9G end");
  });

  it("uses no colours where none are wanted, yet marks matches and the place", () => {
    for (const line of new Person().press("/").type("main").press("<enter>", "4").lines()) {
      // biome-ignore lint/suspicious/noControlCharactersInRegex: escape sequences begin with one
      expect(paintLine(line, 0)).not.toMatch(/\x1b\[[\d;]*[34]\d[;m]/);
    }
    expect(styleOf({ fill: "match" }, 0)).toBe("4");
    expect(styleOf({ reverse: true }, 0)).toBe("7");
  });

  it("sends only lines that changed", () => {
    const screen = new Screen();
    expect(screen.update(["a", "b"])).toBe("\x1b[1;1H\x1b[2Ka\x1b[2;1H\x1b[2Kb");
    expect(screen.update(["a", "c"])).toBe("\x1b[2;1H\x1b[2Kc");
    expect(screen.update(["a", "c"])).toBe("");
    screen.forget();
    expect(screen.update(["a"])).toBe("\x1b[1;1H\x1b[2Ka");
  });
});

describe("colours", () => {
  const steps = [0, 95, 135, 175, 215, 255];
  /** xterm's 256 colours. */
  const rgb = (index: number) =>
    index >= 232
      ? [0, 0, 0].map(() => 8 + 10 * (index - 232))
      : [36, 6, 1].map((unit) => steps[Math.floor((index - 16) / unit) % 6]);
  const luminance = (index: number) => {
    const [red, green, blue] = rgb(index).map((value) => {
      const part = value / 255;
      return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
  };
  const KINDS = ["root", "process", "thread", "kernel", "user", "library", "jit", "unknown"] as const;

  it("of text are read on black and on white, and black on all fills (WCAG contrast)", () => {
    for (const kind of KINDS) {
      const ink = Number(/38;5;(\d+)/.exec(styleOf({ ink: kind }, 256))?.[1]);
      expect((luminance(ink) + 0.05) / 0.05, kind).toBeGreaterThan(4);
      expect(1.05 / (luminance(ink) + 0.05), kind).toBeGreaterThan(4);
    }
    for (const kind of [...KINDS, "match" as const]) {
      for (const shade of [0, 1, 2]) {
        const fill = Number(/48;5;(\d+)/.exec(styleOf({ fill: kind, shade }, 256))?.[1]);
        expect((luminance(fill) + 0.05) / 0.05, kind).toBeGreaterThan(7);
      }
    }
  });
});
