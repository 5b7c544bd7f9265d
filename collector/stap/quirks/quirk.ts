/** A place of SystemTap's runtime that is changed in a private copy. */
export interface RuntimeEdit {
  /** Path below the runtime's folder. */
  file: string;
  /** The text with the repair; undefined when the place is not there, so that this is not the fault. */
  apply(text: string): string | undefined;
}

/** What mends a fault. */
export interface Repair {
  edits: readonly RuntimeEdit[];
  /** Arguments of stap. */
  arguments: readonly string[];
}

/** Where symptoms are looked for. */
export interface Evidence {
  /** What a failed run of stap or staprun wrote on standard error; empty before the first run. */
  said: string;
  /** Text of a file of SystemTap's runtime; undefined if there is none. */
  runtime(file: string): string | undefined;
  /** Text of a header of the kernel that is compiled for, below include/; undefined if there is none. */
  header(file: string): string | undefined;
}

/**
 * A fault of some SystemTap with some kernel, and its repair. Applied only when its symptom is there: preferably in the
 * texts of both sides, which spares a compilation that fails, else in what it said.
 */
export interface Quirk {
  /** For the cache. */
  id: string;
  /** What is wrong, for those who asked for more. */
  description: string;
  hasSymptom(evidence: Evidence): boolean;
  repair: Repair;
}
