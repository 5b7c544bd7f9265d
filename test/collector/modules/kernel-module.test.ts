import { describe, expect, it } from "vitest";
import { explainLoading } from "../../../collector/modules/kernel-module.ts";
import { SyscallError } from "../../../collector/sys/errno.ts";

const ENOENT = 2;
const ENOEXEC = 8;
const EINVAL = 22;
const ENOKEY = 126;
const EKEYREJECTED = 129;

const info = {
  name: "stapflame_kmod_01ab",
  vermagic: "6.12.48 SMP ",
  collector: "kmod" as const,
  device: "stapflame-01ab",
  isSigned: false,
};

describe("a module that the kernel refuses", () => {
  it.each([
    [EKEYREJECTED, false, "loads only signed modules, and this one is not signed", "--sign-key"],
    [ENOKEY, true, "loads only signed modules, and the key that signed this one is not among", "mokutil"],
    [ENOEXEC, false, "does not take /tmp/x.ko: it is not built like this kernel", "dmesg"],
    [ENOENT, false, "lacks functions that /tmp/x.ko needs", "uname -a"],
    [EINVAL, false, "did not load /tmp/x.ko (EINVAL)", "dmesg"],
  ])("with errno %i (signed: %s) has its reason told", (errno, isSigned, message, remedy) => {
    const error = explainLoading(new SyscallError("finitModule", errno), "/tmp/x.ko", { ...info, isSigned });
    expect(error.message).toContain(message);
    expect(error.remedy).toContain(remedy);
  });
});
