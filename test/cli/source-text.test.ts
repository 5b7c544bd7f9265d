import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { recordingAccess, reportAccess } from "../../cli/source-text/access.ts";
import {
  CONTEXT_LINES,
  collectSourceText,
  MAX_TEXT_BYTES,
  type SourcePort,
} from "../../cli/source-text/collect.ts";
import { sourceFiles } from "../../cli/source-text/source-files.ts";
import { decodeSourceText, encodeSourceText, lineOf } from "../../profile/source-text.ts";
import { madeProfile } from "../viewer/made-profile.ts";

const PROGRAM = "/usr/bin/demo";
const at = (file: string, line: number, count = 1) => ({
  frames: [{ name: `f${line}`, file, at: line }],
  count,
});
const numbered = (count: number, text = "line") =>
  Array.from({ length: count }, (_, index) => `${text} ${index + 1}\n`).join("");
/** All files hold the same; the program is from time 1000. */
const port = (text: string, mtimeMs = 500, program = { mtimeMs: 1000, buildId: "" }): SourcePort => ({
  read: () => ({ text, mtimeMs }),
  program: (path) => (path === PROGRAM ? program : undefined),
});

describe("collectSourceText", () => {
  it("takes busy lines and some around them, overlapping ones together", () => {
    const profile = madeProfile([at("/a.c", 50), at("/a.c", 55), at("/a.c", 2)]);
    const [source] = collectSourceText(profile, port(numbered(100)));
    expect(source.excerpts.map(({ first, lines }) => [first, lines.length])).toEqual([
      [1, 2 + CONTEXT_LINES],
      [50 - CONTEXT_LINES, 5 + 1 + 2 * CONTEXT_LINES],
    ]);
    expect(lineOf(source, 55)).toBe("line 55");
    expect(lineOf(source, 30)).toBeUndefined();
    expect(source.warning).toBe("");
    expect(decodeSourceText(encodeSourceText([source]))).toEqual([source]);
  });

  it("stops at its bound, the busiest first", () => {
    const stacks = Array.from({ length: 5000 }, (_, index) => at("/a.c", index * 20 + 10, 5000 - index));
    const sources = collectSourceText(madeProfile(stacks), port(numbered(100_020, "x".repeat(200))));
    const text = sources.flatMap(({ excerpts }) => excerpts.flatMap(({ lines }) => lines)).join("\n");
    expect(Buffer.byteLength(text)).toBeLessThanOrEqual(MAX_TEXT_BYTES);
    expect(Buffer.byteLength(text)).toBeGreaterThan(MAX_TEXT_BYTES * 0.95);
    expect(lineOf(sources[0], 10)).toBeDefined();
    expect(lineOf(sources[0], 4999 * 20 + 10)).toBeUndefined();
  });

  it("cuts long lines", () => {
    const [source] = collectSourceText(madeProfile([at("/a.js", 1)]), port("y".repeat(1_000_000)));
    expect(lineOf(source, 1)?.length).toBeLessThan(500);
  });

  it("warns of a newer source, a replaced or missing program, and other text", () => {
    const profile = madeProfile([at("/a.c", 5)]);
    const warningOf = (files: SourcePort) => collectSourceText(profile, files)[0].warning;
    expect(warningOf(port(numbered(9)))).toBe("");
    expect(warningOf(port(numbered(9), 1001))).toMatch(/newer than the program \/usr\/bin\/demo/);
    expect(warningOf({ ...port(numbered(9)), program: () => undefined })).toMatch(/not known whether/);
    expect(warningOf(port(numbered(3)))).toMatch(/only 3 lines, but the program names line 5/);
    profile.mappings.buildId[0] = profile.strings.push("abcd") - 1;
    expect(warningOf(port(numbered(9), 500, { mtimeMs: 1000, buildId: "ef01" }))).toMatch(
      /build ID is another/,
    );
    expect(warningOf(port(numbered(9), 500, { mtimeMs: 1000, buildId: "abcd" }))).toBe("");
  });

  it("warns of what run-time code was compiled from only if that was changed since the recording, or nobody knows", () => {
    const frame = { name: "work a.mjs:2", file: "/a.mjs", at: 5, module: "/tmp/perf-7.map" };
    const made = madeProfile([{ frames: [frame], count: 1 }]);
    const warningOf = (recordedMs: number, changedMs: number) => {
      const profile = { ...made, timeNanos: recordedMs * 1e6 };
      return collectSourceText(profile, port(numbered(9), changedMs))[0].warning;
    };
    expect(warningOf(1000, 1000)).toBe("");
    expect(warningOf(1000, 1001)).toMatch(/changed after the recording began/);
    expect(warningOf(0, 500)).toMatch(/not known whether the source was changed/);
  });

  it("says why there is no text, and reads no relative path", () => {
    const profile = madeProfile([at("../a.c", 5, 2), at("/b.c", 5)]);
    const sources = collectSourceText(profile, { ...port(""), read: () => ({ missing: "is gone" }) });
    expect(sources.map(({ path, missing }) => `${path} ${missing}`)).toEqual([
      "../a.c has no absolute path",
      "/b.c is gone",
    ]);
  });
});

describe("which files are read", () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), "stapflame-source-"));
    chmodSync(folder, 0o755);
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  const write = (name: string, text: string | Buffer, mode = 0o644) => {
    const path = join(folder, name);
    writeFileSync(path, text);
    chmodSync(path, mode);
    return path;
  };
  const outcome = (path: string, access: "public" | "own-programs" | "any", programs: string[] = []) => {
    const read = sourceFiles(access).read(path, programs);
    return "missing" in read ? read.missing : read.text;
  };

  it("sources, and nothing that only calls itself one", () => {
    expect(outcome(write("a.c", "int x;"), "public")).toBe("int x;");
    expect(outcome(write("a.RS", "fn f"), "public")).toBe("fn f");
    expect(outcome(write("shadow", "root:x"), "any")).toMatch(/name of a source file/);
    expect(outcome("/etc/shadow", "any")).toMatch(/name of a source file/);
    expect(outcome(write("b.c", Buffer.from([65, 0, 66])), "any")).toMatch(/no text/);
    expect(outcome(write("big.c", Buffer.alloc(4 * 1024 * 1024 + 1, 65)), "any")).toMatch(/larger/);
    mkdirSync(join(folder, "folder.c"));
    expect(outcome(join(folder, "folder.c"), "any")).toMatch(/regular file/);
    expect(outcome(join(folder, "gone.c"), "any")).toMatch(/is not on the machine/);
  });

  it("never through a link to something else, a device or the kernel's files", () => {
    const link = (name: string, target: string) => {
      symlinkSync(target, join(folder, name));
      return join(folder, name);
    };
    expect(outcome(link("shadow.c", "/etc/shadow"), "any")).toMatch(/name of a source file/);
    expect(outcome(link("zero.c", "/dev/zero"), "any")).toMatch(/regular file/);
    expect(outcome(link("environ.c", "/proc/self/environ"), "any")).toMatch(
      /name of a source file|not a file/,
    );
    expect(outcome(link("loop.c", join(folder, "loop.c")), "any")).toMatch(/could not be read/);
    expect(outcome(link("good.c", join(folder, "a.c")), "public")).toBe("int x;");
  });

  it("for root only what everybody may read, or what a program of its own names", () => {
    const secret = write("secret.c", "key", 0o600);
    const own = write("own-program", "", 0o755);
    const writable = write("others-may-write", "", 0o777);
    expect(outcome(secret, "public", [own])).toMatch(/may not be read by everybody/);
    expect(outcome(secret, "own-programs", [own])).toBe("key");
    expect(outcome(secret, "own-programs", [writable])).toMatch(/may not be read by everybody/);
    expect(outcome(secret, "own-programs", ["/nowhere"])).toMatch(/may not be read by everybody/);
    expect(outcome(secret, "any")).toBe("key");
    mkdirSync(join(folder, "closed"), { mode: 0o700 });
    expect(outcome(write("closed/open.c", "key"), "public")).toMatch(/may not be read by everybody/);
  });

  it("and tells when a program is from", () => {
    const files = sourceFiles("public");
    const program = files.program(process.execPath);
    expect(program?.mtimeMs).toBeGreaterThan(0);
    expect(files.program(join(folder, "a.c"))).toBeUndefined();
    utimesSync(join(folder, "a.c"), 5, 5);
    const read = files.read(join(folder, "a.c"), []);
    expect("mtimeMs" in read && read.mtimeMs).toBe(5000);
  });

  it("is a matter of who asks", () => {
    expect(recordingAccess(undefined, false, true)).toBe("public");
    expect(recordingAccess(undefined, true, true)).toBe("own-programs");
    expect(recordingAccess(undefined, false, false)).toBe("any");
    expect(recordingAccess(true, false, true)).toBe("any");
    expect(recordingAccess(false, true, false)).toBe("none");
    expect(reportAccess(undefined, true)).toBe("public");
    expect(reportAccess(undefined, false)).toBe("any");
    expect(reportAccess(false, true)).toBe("none");
  });
});
