import { chmod, mkdir, mkdtemp, readdir, readFile, rm, stat, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { ProfileFormatError } from "../../../profile/format-error.ts";
import { encodePprof } from "../../../profile/formats/pprof.ts";
import { writeFileAtomically } from "../../../profile/node/atomic-file.ts";
import { readPprofFile, writePprofFile } from "../../../profile/node/pprof-file.ts";
import { contentOf } from "../content.ts";
import { profileOf } from "../picture.ts";

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "stapflame-test-"));
});
afterEach(async () => {
  await rm(folder, { recursive: true });
});

describe("writeFileAtomically", () => {
  it("writes text and bytes, and leaves nothing else", async () => {
    await writeFileAtomically(join(folder, "a"), ["one ", Uint8Array.of(0xc3, 0xa4), "x".repeat(3_000_000)]);
    const text = await readFile(join(folder, "a"), "utf8");
    expect([text.length, text.slice(0, 7)]).toEqual([3_000_005, "one äxx"]);
    expect(await readdir(folder)).toEqual(["a"]);
  });

  it("leaves the file that was there, and no half one, when the content fails", async () => {
    await writeFile(join(folder, "a"), "old");
    async function* failing() {
      yield "new";
      throw new Error("the disk of the source broke");
    }
    await expect(writeFileAtomically(join(folder, "a"), failing())).rejects.toThrow(
      "the disk of the source broke",
    );
    expect(await readFile(join(folder, "a"), "utf8")).toBe("old");
    expect(await readdir(folder)).toEqual(["a"]);
  });

  it("gives the file system's own errors", async () => {
    await mkdir(join(folder, "d"));
    await expect(writeFileAtomically(join(folder, "d"), ["x"])).rejects.toMatchObject({ code: "EISDIR" });
    await expect(writeFileAtomically(join(folder, "no/a"), ["x"])).rejects.toMatchObject({ code: "ENOENT" });
    await expect(writeFileAtomically("/dev/full", ["x"])).rejects.toMatchObject({ code: "ENOSPC" });
    expect(await readdir(folder)).toEqual(["d"]);
  });

  it("keeps permissions, and writes through a symbolic link", async () => {
    await writeFile(join(folder, "a"), "old");
    await chmod(join(folder, "a"), 0o640);
    await symlink("a", join(folder, "link"));
    await writeFileAtomically(join(folder, "link"), ["new"]);
    expect(await readFile(join(folder, "a"), "utf8")).toBe("new");
    expect((await stat(join(folder, "a"))).mode & 0o777).toBe(0o640);
    expect((await readdir(folder)).sort()).toEqual(["a", "link"]);
  });

  it("does not replace a device", async () => {
    await writeFileAtomically("/dev/null", ["x"]);
    expect((await stat("/dev/null")).isCharacterDevice()).toBe(true);
  });
});

describe("pprof files", () => {
  const profile = profileOf("comm=a pid=1 | main@/bin/a;work 3 30");

  it("are gzipped and read back, as are plain ones", async () => {
    const path = join(folder, "a.pb.gz");
    await writePprofFile(profile, path);
    expect([...(await readFile(path)).subarray(0, 2)]).toEqual([0x1f, 0x8b]);
    expect(contentOf(await readPprofFile(path))).toEqual(contentOf(profile));
    await writeFile(path, encodePprof(profile));
    expect(contentOf(await readPprofFile(path))).toEqual(contentOf(profile));
  });

  it.each<[string, Uint8Array]>([
    ["nothing", new Uint8Array(0)],
    ["text", new TextEncoder().encode("<!doctype html>")],
    ["gzip cut off", gzipSync(encodePprof(profile)).subarray(0, -12)],
    ["gzip with damage", gzipSync(encodePprof(profile)).fill(0x55, 12, 20)],
  ])("are refused when they hold %s, with the path in the sentence", async (_, bytes) => {
    const path = join(folder, "bad.pb.gz");
    await writeFile(path, bytes);
    await expect(readPprofFile(path)).rejects.toThrow(ProfileFormatError);
    await expect(readPprofFile(path)).rejects.toThrow(`${path}: `);
  });

  it("do not inflate beyond the limit", async () => {
    const path = join(folder, "bomb.pb.gz");
    await writeFile(path, gzipSync(new Uint8Array(50_000_000)));
    await expect(readPprofFile(path, 1_000_000)).rejects.toThrow("larger than 1000000 bytes, the limit.");
    await expect(readPprofFile("/dev/zero", 10_000_000)).rejects.toThrow("the limit.");
  });

  it("give the file system's own errors", async () => {
    await expect(readPprofFile(join(folder, "no"))).rejects.toMatchObject({ code: "ENOENT" });
    await expect(readPprofFile(folder)).rejects.toMatchObject({ code: "EISDIR" });
  });
});
