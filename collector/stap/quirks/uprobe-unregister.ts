import type { Quirk } from "./quirk.ts";

const COMPLAINT = "Can't resolve uprobe_unregister!";
const SUCCESSOR = "uprobe_unregister_nosync";

function isGone(header: string | undefined): boolean {
  return header?.includes(SUCCESSOR) === true && !/\buprobe_unregister\(/.test(header);
}

/** SystemTap 5.6 knows the successor. */
function looksForIt(transport: string | undefined): boolean {
  return transport?.includes(COMPLAINT) === true && !transport.includes(SUCCESSOR);
}

/**
 * 6.12 replaced `uprobe_unregister` by two functions. SystemTap 5.1 (Debian 13) looks for the old name in kallsyms at
 * every start and gives up: told that it is exported, it does not look, and our scripts never call it.
 */
export const uprobeUnregister: Quirk = {
  id: "uprobe-unregister",
  description: "this SystemTap looks for uprobe_unregister, which this kernel has no more: told not to",
  hasSymptom: ({ said, runtime, header }) =>
    said.includes(COMPLAINT) ||
    (isGone(header("linux/uprobes.h")) && looksForIt(runtime("transport/transport.c"))),
  repair: { edits: [], arguments: ["-DSTAPCONF_UPROBE_UNREGISTER_EXPORTED=1"] },
};
