/** What the process ends with. Documented in README.md and in `stapflame --help`. */
export const ExitCode = {
  ok: 0,
  /** Something failed on the way: a file, the kernel, the target. */
  failed: 1,
  /** The command line makes no sense. */
  usage: 2,
  /** No collector may or can work here. */
  unavailable: 3,
  /** Aborted by a second Ctrl-C, or by one before sampling began: 128 + SIGINT, as shells have it. */
  aborted: 130,
} as const;

/** A failure for people: one sentence of what happened, one of what to do. Never shown with a stack trace. */
export class Failure extends Error {
  readonly remedy: string;
  readonly exitCode: number;

  constructor(message: string, remedy: string, exitCode: number = ExitCode.failed) {
    super(message);
    this.name = "Failure";
    this.remedy = remedy;
    this.exitCode = exitCode;
  }
}

export function usageFailure(message: string, remedy: string): Failure {
  return new Failure(message, remedy, ExitCode.usage);
}
