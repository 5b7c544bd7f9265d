import type { CollectorName } from "../../collector/contract.ts";
import type { GuestName } from "./guests.ts";

/** What is tried in a guest beside what is tried in each. */
export interface Scope {
  /** Collectors whose module has to survive whatever is done to it, which takes minutes. */
  survivors: readonly ("kmod" | "stap")[];
  /** Whether recordings are tried in tables that are too small. */
  tinyTables: boolean;
  /** Collectors that record all processes there, for which names of all that runs are looked up: most of a minute each. */
  wholeMachine: readonly CollectorName[];
}

const WHOLE: Scope = {
  survivors: ["kmod", "stap"],
  tinyTables: true,
  wholeMachine: ["bpf", "kmod", "stap"],
};
/** In every run each is tried in one guest: what fills a table or takes a module away is much alike in each kernel. */
const EACH_RUN: Record<GuestName, Scope> = {
  debian12: { survivors: ["stap"], tinyTables: true, wholeMachine: ["kmod"] },
  debian13: { survivors: ["kmod"], tinyTables: false, wholeMachine: ["stap"] },
  sid: { survivors: [], tinyTables: false, wholeMachine: ["bpf"] },
};

/** `full`: whether it is a whole run (`--full`). */
export function scopeOf(guest: GuestName, full: boolean): Scope {
  return full ? WHOLE : EACH_RUN[guest];
}
