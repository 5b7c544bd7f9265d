/** Stack slots of the walking program, besides KEY. */
export const CONTEXT = -16;
/** Pointer to where the first user frame is written. */
export const FRAMES = -24;
/** Pointer to the shard with the process block. */
export const BLOCK_SHARD = -32;
/** Frames that this run has gone. */
export const RUNS = -40;
/** The entry's table. */
export const TABLE = -48;
/** 1: a frame pointer of 0 is the outermost frame's, 0: it tells nothing. */
export const ZERO_ENDS = -56;
/** 16 bytes for what is read of the process. */
export const BUFFER = -72;
/** The parts of a rule. */
export const RULE_ADD = -80;
export const RULE_RA = -88;
export const RULE_RA_OFFSET = -96;
export const RULE_FP = -104;
export const RULE_FP_OFFSET = -112;
/** First row of the page that is searched. */
export const FIRST_ROW = -120;
