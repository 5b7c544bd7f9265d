import { release } from "node:os";
import {
  type Availability,
  type Collector,
  CollectorError,
  type RecordSpec,
  type Session,
  type StartListener,
} from "../contract.ts";
import { DEFAULT_FREQUENCY_HZ } from "../limits.ts";
import { checkRelease } from "../modules/kernel-module.ts";
import { readModuleInfo } from "../modules/module-info.ts";
import { SyscallError } from "../sys/errno.ts";
import { kmodAvailability } from "./available.ts";
import { ensureModule } from "./build.ts";
import { openDevice } from "./device.ts";
import { KmodSession } from "./session.ts";
import { kmodSource } from "./source.ts";

/** Samples by a kernel module of our own, compiled for the running kernel once and kept. */
export const kmodCollector: Collector = {
  name: "kmod",
  description: "a kernel module of our own counts stacks; needs kernel headers and a compiler, or --module",
  defaultFrequencyHz: DEFAULT_FREQUENCY_HZ,

  async available(module?: string): Promise<Availability> {
    return kmodAvailability(module);
  },

  async start(spec: RecordSpec, listener: StartListener): Promise<Session> {
    const path = spec.module ?? (await ensureModule(release(), listener));
    const info = readModuleInfo(path);
    checkRelease(path, info);
    const device = await openDevice(path, info);
    listener.detail(`module ${info.name}, device /dev/${info.device}`);
    try {
      return await KmodSession.start(spec, device, listener);
    } catch (error) {
      device.release();
      throw asCollectorError(error);
    }
  },

  async script(): Promise<string> {
    const { files } = kmodSource();
    return [...files].map(([path, text]) => `==> ${path} <==\n${text}`).join("\n");
  },
};

function asCollectorError(error: unknown): unknown {
  if (!(error instanceof SyscallError)) return error;
  const remedy =
    error.code === "ENOMEM"
      ? "Lower --kernel-memory, or end other recordings: all together may hold 1 GiB."
      : // ENOTTY: a request is another one there.
        error.code === "EINVAL" || error.code === "ENOTTY"
        ? "A module given with --module must be of this version of stapflame: build it anew."
        : "`stapflame doctor` shows what works here.";
  return new CollectorError(`the module refused to start sampling (${error.message})`, remedy, {
    cause: error,
  });
}
