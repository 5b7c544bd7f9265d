import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { findDamage } from "../../../profile/check-profile.ts";
import { ProfileFormatError } from "../../../profile/format-error.ts";
import { parseFolded, writeFolded } from "../../../profile/formats/folded.ts";
import type { InputFormat } from "../../../profile/formats/input-formats.ts";
import { encodePprof } from "../../../profile/formats/pprof.ts";
import { readProfileStream } from "../../../profile/formats/read-profile.ts";
import { writeProfile } from "../../../profile/formats/write-profile.ts";
import { arbitraryProfile } from "../arbitrary-profile.ts";
import { profileOf } from "../picture.ts";
import { bytesOf, fixture } from "../read.ts";

const formatOf = async (bytes: Uint8Array, from?: InputFormat) =>
  (await readProfileStream([bytes], from)).format;
const textFormat = (text: string) => formatOf(bytesOf(text));
const PROFILE = profileOf("comm=a pid=1 | main@/bin/a;work 3 30");
const written = (format: "pprof" | "folded" | "speedscope" | "firefox") =>
  Buffer.concat([...writeProfile(PROFILE, format, { exporter: "test" })].map((piece) => Buffer.from(piece)));

describe("what a profile is, is told by its content:", () => {
  it.each([
    ["perf-system.txt", "perf"],
    ["perf-no-callchain.txt", "perf"],
    ["perf-records.txt", "perf"],
    ["perf-dwarf-srcline.txt", "perf"],
    ["perf-no-event.txt", "perf"],
    ["bpftrace.txt", "bpftrace"],
    ["bpftrace-perf.txt", "bpftrace"],
    ["node.cpuprofile", "cpuprofile"],
    ["speedscope-evented.json", "speedscope"],
  ])("%s", async (name, format) => {
    expect(await formatOf(fixture(name))).toBe(format);
  });

  it.each(["pprof", "folded", "speedscope", "firefox"] as const)("%s of our own", async (format) => {
    expect(await formatOf(written(format))).toBe(format);
  });

  it.each([
    ["a;b;c 3\n", "folded"],
    ["main 3\n", "folded"],
    ["swapper;[unknown];cpu_startup_entry_[k] 12\n", "folded"],
    ["a;b 3 4\n", "folded"],
    ["# a comment\nperf;0x12 3;b 1\n", "folded"],
    ["app;foo: bar 12;x 5\n", "folded"],
    ["app 12 1.5: cycles: \n\t401136 main+0x1 (/b)\n\n", "perf"],
    ["\n\t401136 main\n\t401137 b\n\n", "perf"],
    ["# ========\n# hostname : x\n# ========\n#\napp 12 1.5: cycles: \n\t401136 main+0x1 (/b)\n\n", "perf"],
    [" 0x401136 : main+0x16/0x30 [/bin/a]\n\t3\n", "stap"],
    ["mysqld\n main+0x16/0x30 [/bin/a]\n3\n", "stap"],
    ["\n   unix`mutex_enter+0x10\n   a.out`main\n   5\n", "dtrace"],
    ["Attaching 1 probe...\n@[\n    main+4\n]: 5\n", "bpftrace"],
    ['\ufeff{"nodes":[{"id":1,"callFrame":{"functionName":"f"},"hitCount":2}]}', "cpuprofile"],
  ])("%j", async (text, format) => {
    expect(await textFormat(text)).toBe(format);
  });

  it("but --from has the last word", async () => {
    const text = bytesOf("app 12 1.5: cycles: \n\t401136 main+0x1 (/b) 3\n");
    expect(await formatOf(text)).toBe("perf");
    await expect(formatOf(text, "folded")).rejects.toThrow("Line 1 is no folded stack");
    await expect(formatOf(text, "speedscope")).rejects.toThrow("damaged or cut off");
    expect(await formatOf(bytesOf("a 1\n"), "folded")).toBe("folded");
  });

  it.each([
    ["", "It is empty."],
    ["\n \n", "It is blank lines; what can be read is pprof, folded, perf"],
    ["hello world\n", 'It is a text that begins with "hello world"; what can be read is'],
    ["<!doctype html>\n<p>a 1\n</p>", 'It is a text that begins with "<!doctype html>"'],
    ["PERFILE2", "It is the data of perf record"],
    ["\x7fELF\x02\x01", "It is a program"],
    ["\0\x01\x02", "It is binary data that is no pprof profile"],
    ["[]", "It is JSON that is no object"],
    ["{}", "It is JSON without members"],
    ['{"traceEvents":[]}', "JSON of Chrome's trace events"],
    ['{"a":1,"b":2}', 'It is JSON with "a", "b"'],
    ["{", "The JSON text is damaged or cut off"],
  ])("%j is nothing known", async (text, sentence) => {
    await expect(textFormat(text)).rejects.toThrow(ProfileFormatError);
    await expect(textFormat(text)).rejects.toThrow(sentence);
  });

  it("in pieces of one byte too", async () => {
    for (const name of ["perf-system.txt", "node.cpuprofile", "bpftrace.txt"]) {
      const bytes = fixture(name);
      const pieces = Array.from(bytes, (_, at) => bytes.slice(at, at + 1));
      const [whole, pieced] = [await readProfileStream([bytes]), await readProfileStream(pieces)];
      expect(pieced).toEqual(whole);
    }
  });

  it("never harms, whatever it is", async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 300 }), async (bytes) => {
        try {
          expect(findDamage((await readProfileStream([bytes])).profile)).toBeUndefined();
        } catch (error) {
          expect(error).toBeInstanceOf(ProfileFormatError);
        }
      }),
      { numRuns: 2000 },
    );
  });

  it("and all of our own pprof and folded texts are known", async () => {
    await fc.assert(
      fc.asyncProperty(arbitraryProfile, async (profile) => {
        expect(await formatOf(encodePprof(profile))).toBe("pprof");
      }),
    );
    // A number at the end would be a second column of values.
    const names = fc.stringMatching(/^[a-zA-Z_][\w:<>~ ]{0,20}[a-zA-Z_>]$/);
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.array(names, { minLength: 2, maxLength: 5 }), { minLength: 1 }),
        async (paths) => {
          const text = [
            ...writeFolded(parseFolded(paths.map((path) => `${path.join(";")} 3\n`).join(""))),
          ].join("");
          expect(await textFormat(text)).toBe("folded");
        },
      ),
    );
  });
});
