import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, inject } from "vitest";
import { samplesUnder } from "../setup/samples.ts";
import { enrollKey, newFirmware } from "./firmware.ts";
import { bootGuest, record, WORKLOADS } from "./guest.ts";
import type { DefineTest } from "./guest-tests.ts";
import type { GuestName } from "./guests.ts";
import { buildInRoot } from "./host-build.ts";
import { watchKernelLog } from "./kernel-log.ts";
import type { Machine } from "./machine.ts";
import { loadedModules } from "./module-state.ts";
import { once } from "./once.ts";

const SOME = 15;
const RECORD_SPLIT = `stapflame record $RECORD -F 199 -d 2s --module /tmp/made.ko -- ${WORKLOADS}/split`;

/** Modules built elsewhere: on a machine without compiler and headers, only `--module` is needed. */
export function moduleFileSuite(it: DefineTest, guest: () => Promise<Machine>, name: GuestName): void {
  const { release } = inject("guests")[name];
  const built = once(() => buildInRoot(inject("guests")[name], `--collector kmod --kernel ${release}`));

  describe("a module built elsewhere", () => {
    it("is used with --module where there are no headers and no compiler", async () => {
      const machine = await guest();
      await machine.put("/tmp/made.ko", (await built()).module);
      // Hidden for this command only: in a mount namespace of its own.
      const bare = `unshare --mount sh -c 'mount -t tmpfs none /usr/src && mount -t tmpfs none /var/cache && mount --bind /bin/false /usr/bin/make && ${RECORD_SPLIT}'`;
      const { samples, summary } = await record(machine, "kmod", bare);
      expect(summary.collector).toBe("kmod");
      expect(samplesUnder(samples, "heavy")).toBeGreaterThan(SOME);
      expect(await loadedModules(machine)).toEqual([]);
    });

    it("for another kernel is refused, and both kernels are named", async () => {
      const machine = await guest();
      const other = release.replace(/\d/, (digit) => String((Number(digit) + 1) % 10));
      const text = Buffer.from((await built()).module).toString("latin1");
      await machine.put("/tmp/made.ko", Buffer.from(text.replaceAll(release, other), "latin1"));
      const { code, stderr } = await machine.run(RECORD_SPLIT.replace("$RECORD", "--collector kmod"));
      expect(code).not.toBe(0);
      expect(stderr).toContain(release);
      expect(stderr).toContain(other);
      expect(stderr).toContain("stapflame build");
    });
  });
}

/** Words for the command line of a kernel that loads signed modules only. */
export const SIGNED_ONLY = "module.sig_enforce=1";

/** `guest`: booted with `SIGNED_ONLY`. */
export function signatureSuite(it: DefineTest, guest: () => Promise<Machine>, name: GuestName): void {
  const root = inject("guests")[name];
  const tryModule = async (module: Uint8Array) => {
    const machine = await guest();
    await machine.put("/tmp/made.ko", module);
    const result = await machine.run(RECORD_SPLIT.replace("$RECORD", "--collector kmod"));
    expect(await loadedModules(machine)).toEqual([]);
    return result;
  };

  describe("a kernel that loads signed modules only", () => {
    it("refuses one that is not signed, and that is said", async () => {
      const { module } = await buildInRoot(root, `--collector kmod --kernel ${root.release}`);
      const { code, stderr } = await tryModule(module);
      expect(code).toBe(1);
      expect(stderr).toMatch(
        /error: this kernel loads only signed modules, and this one is not signed\. .*--sign-key/,
      );
    });

    it("refuses one that is signed with a key it does not know, and that is said", async () => {
      const options = `--collector kmod --kernel ${root.release} --sign-key key.pem --sign-cert key.x509`;
      const { module, said } = await buildInRoot(root, options, makeKey());
      expect(said).toContain("signed");
      const { code, stderr } = await tryModule(module);
      expect(code).toBe(1);
      expect(stderr).toMatch(
        /error: this kernel loads only signed modules, and the key that signed this one/,
      );
    });

    it("takes one that is signed with a key that the firmware trusts", async () => {
      const keys = makeKey();
      const options = `--collector kmod --kernel ${root.release} --sign-key key.pem --sign-cert key.x509`;
      const { module } = await buildInRoot(root, options, keys);
      const firmware = newFirmware();
      try {
        const untrusting = await bootGuest(name, "", firmware);
        await enrollKey(untrusting, keys["key.x509"]);
        await untrusting.shutDown();
        const machine = await bootGuest(name, SIGNED_ONLY, firmware);
        try {
          const newComplaints = await watchKernelLog(machine);
          await machine.put("/tmp/made.ko", module);
          const { samples } = await record(machine, "kmod", RECORD_SPLIT);
          expect(samplesUnder(samples, "heavy")).toBeGreaterThan(SOME);
          expect(await newComplaints()).toEqual([]);
          expect(await loadedModules(machine)).toEqual([]);
        } finally {
          await machine.shutDown();
        }
      } finally {
        firmware.remove();
      }
    });
  });
}

/** A fresh key and its certificate, by openssl. */
function makeKey(): Record<string, Uint8Array> {
  const folder = mkdtempSync(join(tmpdir(), "stapflame-key-"));
  try {
    const options = "-new -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=stapflame-test -outform DER";
    const files = ["-keyout", "key.pem", "-out", "key.x509"];
    execFileSync("openssl", ["req", ...options.split(" "), ...files], { cwd: folder, stdio: "pipe" });
    return Object.fromEntries(
      ["key.pem", "key.x509"].map((name) => [name, readFileSync(join(folder, name))]),
    );
  } finally {
    rmSync(folder, { recursive: true });
  }
}
