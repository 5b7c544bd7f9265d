/**
 * Why the walk of a user stack ended: 4 bits of each record (`../arena/layout.ts`), written by the kernel side.
 */
export const StackEnd = {
  /** The kernel's own frame-pointer walk, which does not tell; or no user stack. */
  unknown: 0,
  complete: 1,
  noTable: 2,
  unreadable: 3,
  tooDeep: 4,
  inexpressible: 5,
  outsideMappings: 6,
  notKnownYet: 7,
  noProgress: 8,
  /** Of a walk in a copy of the stack (`../perf/`): the stack goes on behind what was copied. */
  copyEnded: 9,
  /** No end: the record has registers and a copy of the stack for frames, to be walked later (`copied/late-walks.ts`). */
  copied: 10,
} as const;

/** How many values there are. */
export const STACK_ENDS = StackEnd.copied + 1;

/** Those at which a stack is cut: its root is missing. In words for the frame that is shown in the root's stead. */
const CUTS: Readonly<Record<number, string>> = {
  [StackEnd.noTable]: "no unwind table",
  [StackEnd.unreadable]: "memory not readable",
  [StackEnd.tooDeep]: "too deep",
  [StackEnd.inexpressible]: "no rule for this code",
  [StackEnd.outsideMappings]: "return address in no code",
  [StackEnd.notKnownYet]: "process or mapping not known yet",
  [StackEnd.noProgress]: "frames lead nowhere",
  [StackEnd.copyEnded]: "larger than the copied stack (raise --stack-size)",
};

/** Ends that code without frame pointers may have brought about, wherever such code lies outermost. */
const MISLED: readonly number[] = [
  StackEnd.complete,
  StackEnd.noTable,
  StackEnd.unreadable,
  StackEnd.inexpressible,
  StackEnd.outsideMappings,
  StackEnd.noProgress,
];

/** Whether the walk of a stack may have been led astray by its outermost frame. */
export function mayBeMisled(end: number): boolean {
  return MISLED.includes(end);
}

/** The cause in words of a stack that was cut; undefined for one that was not, as far as is known. */
export function cutCause(end: number): string | undefined {
  return CUTS[end];
}
