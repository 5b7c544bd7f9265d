import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { release, tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { buildRequest, builtLine } from "../../cli/build.ts";
import { ExitCode, Failure } from "../../cli/failure.ts";
import { wantedCollector } from "../../cli/record/choose.ts";
import { CollectorError } from "../../collector/contract.ts";

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "stapflame-modules-"));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** A file with the section that tells what a module is; nothing else of it is read here. */
function moduleFile(name: string, collector?: string): string {
  const path = join(folder, `${name}.ko`);
  const strings = [`vermagic=6.1.0-9-amd64 SMP preempt mod_unload `, `name=${name}`];
  if (collector !== undefined) strings.push(`stapflame_collector=${collector}`);
  writeFileSync(path, `\x7fELF\0${strings.join("\0")}\0`, "latin1");
  return path;
}

/** What a call fails with. */
function failureOf(act: () => unknown): Failure {
  try {
    act();
  } catch (error) {
    if (error instanceof Failure) return error;
    throw error;
  }
  throw new Error("it did not fail");
}

describe("a module built beforehand", () => {
  it("names its collector", () => {
    expect(wantedCollector({ collector: "auto", module: moduleFile("a", "kmod") })).toBe("kmod");
    expect(wantedCollector({ collector: "stap", module: moduleFile("b", "stap") })).toBe("stap");
    expect(wantedCollector({ collector: "auto" })).toBe("auto");
  });

  it("of another collector than the one asked for is refused", () => {
    const failure = failureOf(() => wantedCollector({ collector: "stap", module: moduleFile("c", "kmod") }));
    expect(failure.message).toMatch(/c\.ko was built for the kmod collector, but --collector stap was given/);
    expect(failure.exitCode).toBe(ExitCode.usage);
    const bpf = failureOf(() => wantedCollector({ collector: "bpf", module: "anything.ko" }));
    expect(bpf.message).toMatch(/bpf loads none/);
    expect(bpf.exitCode).toBe(ExitCode.usage);
  });

  it("that is none of ours, or no module, is refused", () => {
    const foreign = moduleFile("e1000");
    expect(failureOf(() => wantedCollector({ collector: "auto", module: foreign })).message).toMatch(
      /is a kernel module \(e1000\), but none that stapflame built/,
    );
    const text = join(folder, "text.ko");
    writeFileSync(text, "hello");
    expect(() => wantedCollector({ collector: "auto", module: text })).toThrow(CollectorError);
  });
});

describe("what is compiled into a stap module", () => {
  it("is taken, files by their real paths, and refused for kmod", () => {
    const options = {
      frequency: 399,
      kernelMemory: 2 ** 20,
      unwind: ["/proc/self/exe"],
      output: join(folder, "x.ko"),
    };
    expect(buildRequest({ ...options, collector: "stap" })).toMatchObject({
      frequencyHz: 399,
      kernelMemoryBytes: 2 ** 20,
      unwind: [realpathSync(process.execPath)],
    });
    expect(() => buildRequest({ ...options, collector: "kmod" })).toThrow(
      "-F and --kernel-memory and --unwind go with --collector stap only",
    );
    expect(() => buildRequest({ ...options, collector: "stap", unwind: ["/nowhere"] })).toThrow("/nowhere");
  });
});

describe("what is to be built", () => {
  const base = { collector: "kmod" as const };

  it("is for the running kernel unless another is named", () => {
    const here = buildRequest({ ...base, output: join(folder, "x.ko") });
    expect(here).toEqual({
      release: release(),
      headers: undefined,
      output: join(folder, "x.ko"),
      signing: undefined,
      frequencyHz: undefined,
      kernelMemoryBytes: undefined,
      unwind: [],
    });
    const there = buildRequest({ ...base, kernel: "6.1.0-9-amd64", headers: folder });
    expect(there).toMatchObject({
      release: "6.1.0-9-amd64",
      headers: folder,
      output: "stapflame-kmod-6.1.0-9-amd64.ko",
    });
  });

  it("is signed with a key and its certificate, both", () => {
    const key = join(folder, "key.pem");
    const cert = join(folder, "cert.der");
    writeFileSync(key, "");
    writeFileSync(cert, "");
    expect(buildRequest({ ...base, signKey: key, signCert: cert }).signing).toEqual({
      key,
      certificate: cert,
    });
    const noCert = failureOf(() => buildRequest({ ...base, signKey: key }));
    expect(noCert.message).toBe("--sign-key was given without --sign-cert");
    expect(noCert.exitCode).toBe(ExitCode.usage);
    expect(failureOf(() => buildRequest({ ...base, signCert: cert })).message).toBe(
      "--sign-cert was given without --sign-key",
    );
    const missing = join(folder, "no.pem");
    expect(failureOf(() => buildRequest({ ...base, signKey: missing, signCert: cert })).message).toMatch(
      /cannot read .*no\.pem: there is no such file/,
    );
  });

  it("is for the kernel that the headers are of, and for no other", () => {
    const headers = join(folder, "headers");
    mkdirSync(join(headers, "include/generated"), { recursive: true });
    writeFileSync(join(headers, "include/generated/utsrelease.h"), '#define UTS_RELEASE "6.6.6-lab"\n');
    expect(buildRequest({ ...base, headers }).release).toBe("6.6.6-lab");
    expect(buildRequest({ ...base, headers, kernel: "6.6.6-lab" }).release).toBe("6.6.6-lab");
    expect(failureOf(() => buildRequest({ ...base, headers, kernel: "6.1.0" })).message).toBe(
      `the headers in ${headers} are of kernel 6.6.6-lab, not of 6.1.0`,
    );
  });

  it("needs a folder of headers, and a place to go to", () => {
    expect(failureOf(() => buildRequest({ ...base, headers: "/no/such" })).message).toMatch(
      /cannot read \/no\/such/,
    );
    const file = join(folder, "file");
    writeFileSync(file, "");
    expect(failureOf(() => buildRequest({ ...base, headers: file })).message).toMatch(/is not a folder/);
    expect(failureOf(() => buildRequest({ ...base, output: "/no/such/x.ko" })).message).toMatch(
      /cannot write/,
    );
  });

  it("ends with what there is now, and how to use it", () => {
    const info = {
      name: "sf",
      vermagic: "6.1.0-9-amd64 SMP preempt mod_unload ",
      collector: "kmod" as const,
      device: "stapflame-1",
      isSigned: false,
    };
    expect(builtLine("x.ko", 34_816, info)).toBe(
      'x.ko: 34.0 KiB, vermagic "6.1.0-9-amd64 SMP preempt mod_unload"; use it with `stapflame record --module x.ko …`',
    );
    expect(builtLine("x.ko", 34_816, { ...info, isSigned: true })).toContain("34.0 KiB, signed, vermagic");
  });
});
