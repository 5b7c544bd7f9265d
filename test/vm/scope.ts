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
  /** Whether recordings are tried inside of a PID namespace. */
  pidNamespace: boolean;
  /** Whether the module is tried on functions whose frames are being set up. */
  leafCaller: boolean;
  /** Collectors that walk the deepest stacks: with `bpf` the verifier of each kernel has its own judgement of what does. */
  deepRecursion: readonly ("bpf" | "kmod")[];
  /** Whether programs are recorded that are over before anybody has read of them: minutes. */
  briefPrograms: boolean;
  /** Whether modules are tried that were built elsewhere. */
  moduleFiles: boolean;
}

const WHOLE: Scope = {
  survivors: ["kmod", "stap"],
  tinyTables: true,
  wholeMachine: ["bpf", "kmod", "stap"],
  pidNamespace: true,
  leafCaller: true,
  deepRecursion: ["bpf", "kmod"],
  briefPrograms: true,
  moduleFiles: true,
};
const NOTHING: Scope = {
  survivors: [],
  tinyTables: false,
  wholeMachine: [],
  pidNamespace: false,
  leafCaller: false,
  deepRecursion: [],
  briefPrograms: false,
  moduleFiles: false,
};
/** In every run each is tried in one guest: what fills a table or takes a module away is much alike in each kernel. Two guests at a time take equally long. */
const EACH_RUN: Record<GuestName, Scope> = {
  debian12: {
    ...NOTHING,
    survivors: ["stap"],
    tinyTables: true,
    wholeMachine: ["kmod"],
    leafCaller: true,
    deepRecursion: ["bpf"],
  },
  debian13: {
    ...NOTHING,
    survivors: ["kmod"],
    wholeMachine: ["stap"],
    pidNamespace: true,
    deepRecursion: ["bpf", "kmod"],
    moduleFiles: true,
  },
  sid: { ...NOTHING, wholeMachine: ["bpf"], briefPrograms: true },
};

/** `full`: whether it is a whole run (`--full`). */
export function scopeOf(guest: GuestName, full: boolean): Scope {
  return full ? WHOLE : EACH_RUN[guest];
}
