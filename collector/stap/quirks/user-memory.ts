import type { Quirk } from "./quirk.ts";

const FILE = "linux/addr-map.c";
const BEFORE = "	  && ((user_addr_max() - size) < addr)\n#endif";
const AFTER = `	  && ((user_addr_max() - size) < addr)
#elif defined(TASK_SIZE_MAX)
	  && ((TASK_SIZE_MAX - size) < addr)
#endif`;

/**
 * Kernels since 5.18 have no `user_addr_max`; without it SystemTap 4.8 (Debian 12) takes every address for a bad one
 * outside task context, so no user stack gets beyond its leaf in a timer probe. The test that replaced it is the one of
 * SystemTap 5.1. Where `user_addr_max` exists it changes nothing.
 */
export const userMemory: Quirk = {
  id: "user-memory",
  description:
    "this SystemTap cannot read user memory from a timer on kernels since 5.18: compiled with a mended copy of its runtime",
  hasSymptom: ({ runtime }) => runtime(FILE)?.includes(BEFORE) ?? false,
  repair: {
    edits: [
      { file: FILE, apply: (text) => (text.includes(BEFORE) ? text.replace(BEFORE, AFTER) : undefined) },
    ],
    arguments: [],
  },
};
