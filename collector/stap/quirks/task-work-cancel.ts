import type { Quirk } from "./quirk.ts";

const FILE = "stp_task_work.c";
const RENAMED = "task_work_cancel_func";

/**
 * 6.1.y gave `task_work_cancel` another type and the old one the name `task_work_cancel_func` (kernel commit
 * 68cbd415dd4b, in stable 6.1.95). SystemTap 4.8 (Debian 12) knows the old name only: pass 4 fails.
 */
export const taskWorkCancel: Quirk = {
  id: "task-work-cancel",
  description:
    "this SystemTap does not know that the kernel renamed task_work_cancel: compiled with a mended copy of its runtime",
  hasSymptom: ({ said, runtime, header }) =>
    /stp_task_work\.c:\d+:\d+: error: .*task_work_cancel/.test(said) ||
    (header("linux/task_work.h")?.includes(RENAMED) === true && runtime(FILE)?.includes(RENAMED) === false),
  repair: {
    edits: [
      {
        file: FILE,
        apply(text) {
          const mended = text
            .replace("typeof(&task_work_cancel)", "typeof(&task_work_cancel_func)")
            .replace(
              'kallsyms_lookup_name("task_work_cancel")',
              'kallsyms_lookup_name("task_work_cancel_func")',
            );
          return mended === text ? undefined : mended;
        },
      },
    ],
    arguments: [],
  },
};
