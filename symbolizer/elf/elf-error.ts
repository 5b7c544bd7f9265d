/** Why bytes are no ELF file that can be read. */
export type ElfProblem =
  /** The first bytes are not an ELF identification. */
  | "not-elf"
  /** The file ends before what its headers promise. */
  | "truncated"
  /** The headers contradict themselves or exceed a limit. */
  | "malformed";

/** A file that cannot be read as ELF. The message is one sentence for people, without the file's name. */
export class ElfError extends Error {
  override readonly name = "ElfError";
  readonly problem: ElfProblem;

  constructor(problem: ElfProblem, message: string) {
    super(message);
    this.problem = problem;
  }
}
