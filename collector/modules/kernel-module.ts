import { closeSync, openSync, readFileSync } from "node:fs";
import { release } from "node:os";
import { CollectorError } from "../contract.ts";
import { SyscallError } from "../sys/errno.ts";
import { deleteModule, finitModule } from "../sys/syscall.ts";
import { installHeaders } from "./distribution.ts";
import { type ModuleInfo, releaseOf } from "./module-info.ts";

/** Error numbers of finit_module(2) that have no name in POSIX (include/uapi/asm-generic/errno.h). */
const ENOKEY = 126;
const EKEYREJECTED = 129;

/** Throws CollectorError unless the module was built for the kernel that runs. */
export function checkRelease(path: string, info: ModuleInfo, running = release()): void {
  const built = releaseOf(info.vermagic);
  if (built === running) return;
  throw new CollectorError(
    `${path} was built for kernel ${built}, and this is ${running}`,
    `Build one for this kernel: \`stapflame build --kernel ${running} -o FILE.ko\`.`,
  );
}

/** Loads a module file; one of the same name that is loaded already is taken as it is. Throws CollectorError. */
export function loadModule(path: string, info: ModuleInfo): void {
  const fd = openSync(path, "r");
  try {
    finitModule(fd, "");
  } catch (error) {
    if (!(error instanceof SyscallError)) throw error;
    if (error.code === "EEXIST") return;
    throw explainLoading(error, path, info);
  } finally {
    closeSync(fd);
  }
}

/** Why finit_module(2) refused a module, for people. */
export function explainLoading(error: SyscallError, path: string, info: ModuleInfo): CollectorError {
  const options = { cause: error };
  if (error.errno === EKEYREJECTED || error.errno === ENOKEY || error.code === "EBADMSG") {
    const signed = info.isSigned
      ? "the key that signed this one is not among those it trusts"
      : "this one is not signed";
    return new CollectorError(
      `this kernel loads only signed modules, and ${signed}`,
      "Build it with --sign-key and --sign-cert of a key that the kernel trusts (one enrolled with `mokutil --import`), or use the bpf collector.",
      options,
    );
  }
  if (error.code === "EPERM") {
    return new CollectorError(whyForbidden(info), "The bpf collector needs no module.", options);
  }
  if (error.code === "ENOEXEC") {
    return new CollectorError(
      `the kernel does not take ${path}: it is not built like this kernel`,
      `The last lines of \`dmesg\` tell what differs. ${installHeaders(release())}`,
      options,
    );
  }
  if (error.code === "ENOENT") {
    return new CollectorError(
      `the kernel lacks functions that ${path} needs`,
      "The last lines of `dmesg` name them: please report them with the output of `uname -a`.",
      options,
    );
  }
  return new CollectorError(
    `the kernel did not load ${path} (${error.code})`,
    "The last lines of `dmesg` may tell why.",
    options,
  );
}

function whyForbidden(info: ModuleInfo): string {
  const lockdown = /\[(\w+)\]/.exec(read("/sys/kernel/security/lockdown"))?.[1];
  if (lockdown !== undefined && lockdown !== "none") {
    return `the kernel is locked down (${lockdown}), which forbids modules that are not signed by a key it trusts${info.isSigned ? "" : ", and this one is not signed"}`;
  }
  if (read("/proc/sys/kernel/modules_disabled") === "1") {
    return "loading modules was switched off until the next boot (kernel.modules_disabled)";
  }
  if (process.geteuid?.() !== 0) return "only root may load kernel modules";
  return "loading kernel modules is forbidden to this process although it is root: a container or a security policy withholds it";
}

/** Removes a module. False when it is in use; true also when it was gone already. Throws SyscallError. */
export function unloadModule(name: string): boolean {
  try {
    deleteModule(name);
    return true;
  } catch (error) {
    if (!(error instanceof SyscallError)) throw error;
    if (error.code === "ENOENT") return true;
    if (error.code === "EAGAIN" || error.code === "EBUSY") return false;
    throw error;
  }
}

function read(path: string): string {
  try {
    return readFileSync(path, "latin1").trim();
  } catch {
    return "";
  }
}
