import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { checkRelease } from "../../../collector/modules/kernel-module.ts";
import { parseLeftModules } from "../../../collector/modules/leftovers.ts";
import { parseModuleInfo, readModuleInfo } from "../../../collector/modules/module-info.ts";

const module = (...entries: string[]) => `\x7fELF\x02\x01\0\0${entries.join("\0")}\0\0rest`;

describe("what a module says of itself", () => {
  it("is read from its strings", () => {
    const bytes = module(
      "",
      "license=Dual MIT/GPL",
      "stapflame_device=stapflame-01ab",
      "stapflame_collector=kmod",
      "name=stapflame_kmod_01ab",
      "vermagic=6.12.48+deb13-amd64 SMP preempt mod_unload ",
    );
    expect(parseModuleInfo(bytes)).toEqual({
      name: "stapflame_kmod_01ab",
      vermagic: "6.12.48+deb13-amd64 SMP preempt mod_unload ",
      collector: "kmod",
      device: "stapflame-01ab",
      isSigned: false,
    });
    expect(parseModuleInfo(`${bytes}PKCS7~Module signature appended~\n`)?.isSigned).toBe(true);
  });

  it("of somebody else's module has no collector", () => {
    const info = parseModuleInfo(module("", "name=ext4", "vermagic=6.1.0 SMP "));
    expect(info).toMatchObject({ name: "ext4", collector: undefined, device: undefined });
  });

  it("is nothing for other files, whatever bytes they hold", () => {
    expect(parseModuleInfo("#!/bin/sh\n")).toBeUndefined();
    expect(parseModuleInfo("\x7fELF")).toBeUndefined();
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), (text) => {
        parseModuleInfo(`\x7fELF${text}`);
      }),
    );
    expect(() => readModuleInfo("/proc/self/exe")).toThrow("is not a kernel module");
    expect(() => readModuleInfo("/nowhere/x.ko")).toThrow("cannot be read (ENOENT)");
  });

  it("tells a module of another kernel, with both releases", () => {
    const info = parseModuleInfo(module("", "name=x", "vermagic=6.1.0-56-cloud-amd64 SMP "));
    if (!info) throw new Error("no info");
    expect(() => checkRelease("/tmp/x.ko", info, "6.1.0-56-cloud-amd64")).not.toThrow();
    expect(() => checkRelease("/tmp/x.ko", info, "7.2.13+deb14-cloud-amd64")).toThrow(
      "/tmp/x.ko was built for kernel 6.1.0-56-cloud-amd64, and this is 7.2.13+deb14-cloud-amd64",
    );
  });
});

describe("modules of ours in the kernel", () => {
  it("are told from others, and whether they are in use", () => {
    const procModules = [
      "stapflame_kmod_1a2b3c4d 20480 1 - Live 0xffffffffc02ed000 (OE)",
      "virtio_console 40960 1 - Live 0xffffffffc03e2000",
      "stapflame_stap_77 120480 0 - Live 0xffffffffc02ed000 (OE)",
      "",
    ].join("\n");
    expect(parseLeftModules(procModules)).toEqual([
      { name: "stapflame_kmod_1a2b3c4d", collector: "kmod", inUse: true },
      { name: "stapflame_stap_77", collector: "stap", inUse: false },
    ]);
  });
});
