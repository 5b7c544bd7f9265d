import { createHash } from "node:crypto";
import abi from "../../kmod-templates/kmod/abi.h?raw";
import applyRule from "../../kmod-templates/kmod/apply-rule.h?raw";
import clocks from "../../kmod-templates/kmod/clocks.h?raw";
import compat from "../../kmod-templates/kmod/compat.h?raw";
import copyStack from "../../kmod-templates/kmod/copy-stack.h?raw";
import findEntry from "../../kmod-templates/kmod/find-entry.h?raw";
import findRule from "../../kmod-templates/kmod/find-rule.h?raw";
import follow from "../../kmod-templates/kmod/follow.h?raw";
import frameWalk from "../../kmod-templates/kmod/frame-walk.h?raw";
import kbuild from "../../kmod-templates/kmod/Kbuild?raw";
import kernelStack from "../../kmod-templates/kmod/kernel-stack.h?raw";
import main from "../../kmod-templates/kmod/main.c?raw";
import accessOkOfTwo from "../../kmod-templates/kmod/probes/access-ok-of-two.c?raw";
import copyFromUserNofault from "../../kmod-templates/kmod/probes/copy-from-user-nofault.c?raw";
import stackTraceSave from "../../kmod-templates/kmod/probes/stack-trace-save.c?raw";
import threadFsbase from "../../kmod-templates/kmod/probes/thread-fsbase.c?raw";
import tifAddr32 from "../../kmod-templates/kmod/probes/tif-addr32.c?raw";
import unwindStart from "../../kmod-templates/kmod/probes/unwind-start.c?raw";
import vmFlagsClear from "../../kmod-templates/kmod/probes/vm-flags-clear.c?raw";
import sample from "../../kmod-templates/kmod/sample.h?raw";
import session from "../../kmod-templates/kmod/session.h?raw";
import shards from "../../kmod-templates/kmod/shards.h?raw";
import tableWalk from "../../kmod-templates/kmod/table-walk.h?raw";
import targets from "../../kmod-templates/kmod/targets.h?raw";
import unwindMemory from "../../kmod-templates/kmod/unwind-memory.h?raw";
import userRegisters from "../../kmod-templates/kmod/user-registers.h?raw";
import userStack from "../../kmod-templates/kmod/user-stack.h?raw";
import { MODULE_PREFIX } from "../modules/leftovers.ts";

const TEMPLATES: Readonly<Record<string, string>> = {
  Kbuild: kbuild,
  "main.c": main,
  "abi.h": abi,
  "session.h": session,
  "sample.h": sample,
  "kernel-stack.h": kernelStack,
  "user-stack.h": userStack,
  "user-registers.h": userRegisters,
  "frame-walk.h": frameWalk,
  "table-walk.h": tableWalk,
  "copy-stack.h": copyStack,
  "find-entry.h": findEntry,
  "find-rule.h": findRule,
  "apply-rule.h": applyRule,
  "shards.h": shards,
  "unwind-memory.h": unwindMemory,
  "targets.h": targets,
  "follow.h": follow,
  "clocks.h": clocks,
  "compat.h": compat,
  "probes/access-ok-of-two.c": accessOkOfTwo,
  "probes/copy-from-user-nofault.c": copyFromUserNofault,
  "probes/stack-trace-save.c": stackTraceSave,
  "probes/thread-fsbase.c": threadFsbase,
  "probes/tif-addr32.c": tifAddr32,
  "probes/unwind-start.c": unwindStart,
  "probes/vm-flags-clear.c": vmFlagsClear,
};

/** The module's sources, as they are compiled. */
export interface KmodSource {
  /** Of the kernel module; one of other templates has another name, so both can be loaded. */
  moduleName: string;
  /** Below /dev. */
  deviceName: string;
  /** Hash of the templates. */
  hash: string;
  /** Text by path. */
  files: ReadonlyMap<string, string>;
}

const HASH_DIGITS = 8;

export function kmodSource(): KmodSource {
  const hash = createHash("sha256").update(JSON.stringify(TEMPLATES)).digest("hex").slice(0, HASH_DIGITS);
  const moduleName = `${MODULE_PREFIX.kmod}${hash}`;
  const deviceName = `stapflame-${hash}`;
  const fill = (text: string) => text.replaceAll("@MODULE@", moduleName).replaceAll("@DEVICE@", deviceName);
  const files = new Map(Object.entries(TEMPLATES).map(([path, text]) => [path, fill(text)]));
  return { moduleName, deviceName, hash, files };
}
