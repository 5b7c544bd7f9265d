import type { Evidence, Quirk } from "./quirk.ts";
import { taskWorkCancel } from "./task-work-cancel.ts";
import { uprobeUnregister } from "./uprobe-unregister.ts";
import { userMemory } from "./user-memory.ts";

export const QUIRKS: readonly Quirk[] = [taskWorkCancel, uprobeUnregister, userMemory];

/** The quirks with these ids; unknown ones, of another version of stapflame, are left out. */
export function quirksById(ids: readonly string[]): Quirk[] {
  return QUIRKS.filter(({ id }) => ids.includes(id));
}

/** Quirks whose symptom is there and that are not applied yet. */
export function newQuirks(evidence: Evidence, applied: readonly Quirk[]): Quirk[] {
  return QUIRKS.filter((quirk) => !applied.includes(quirk) && quirk.hasSymptom(evidence));
}
