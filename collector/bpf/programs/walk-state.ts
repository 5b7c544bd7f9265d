import type { StackDepths } from "../../contract.ts";
import { DEEPEST_WITHOUT_LOOP } from "../../limits.ts";

/**
 * What the programs of one walk hand on to each other: an element for each CPU in a map, for a tail call keeps nothing
 * else. Byte offsets; u64 each but where told.
 *
 * What is read back from here has no history for the verifier, so it looks at each program once whatever led to it.
 */
export const STATE = {
  /** u32: key of the arena in which the record is. */
  arena: 0,
  pc: 8,
  sp: 16,
  fp: 24,
  /** 1: pc is where execution goes on (the leaf, or what a signal interrupted); 0: a return address. */
  exact: 32,
  /** 1: pc was found by a frame pointer, without a rule. */
  byFramePointer: 40,
  /** Of StackEnd: why frame pointers had to be used, to be told should the walk then fail. 0: it has not been so. */
  cause: 48,
  /** User frames written. */
  depth: 56,
  /** Of StackEnd, or WALK_LOST. */
  end: 64,
  /** 1: the process's mappings are known. */
  known: 72,
  /** u32 each: the process block's place, and its number of entries. */
  block: 80,
  entryCount: 84,
  /** 1: the task is executing another program. Its old stack may be gone and the registers still tell of it. */
  executing: 88,
  /** The leaf's registers by their DWARF numbers. */
  registers: 96,
  /** Of the count of deep stacks (`count-deep.ts`): the hash so far, the record that is compared, and 1 if that is another one. */
  hash: 352,
  candidate: 360,
  differs: 368,
} as const;
export const STATE_REGISTERS = 32;
export const STATE_BYTES = 376;

/** Stands for a StackEnd: the walk could not be gone on with, which was counted. */
export const WALK_LOST = 255;

/** Programs in the array that tail calls go through. */
export const STEP = { walk: 0, count: 1 } as const;
export const STEPS = 2;

/** The kernel's limit of tail calls in a row (MAX_TAIL_CALL_CNT). */
const MAX_TAIL_CALLS = 33;
/** Frames that the walking program goes in one run. */
export const FRAMES_PER_CALL = 8;

/** Whether stacks may be so deep that the kernel has to call programs back for them: the verifier would have to look at too much. */
export function needsLoop({ user }: StackDepths): boolean {
  return user > DEEPEST_WITHOUT_LOOP;
}

/** Frames that one run goes, so that the deepest stack and the look at what is beyond take no more tail calls than may be. */
export function framesPerTailCall({ user }: StackDepths): number {
  const callsToWalk = MAX_TAIL_CALLS - 1;
  return Math.max(FRAMES_PER_CALL, Math.ceil((user + 1) / callsToWalk));
}
