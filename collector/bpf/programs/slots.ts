/** Stack slots that the parts of the sampling program share, as offsets from the frame pointer. */
export const KEY = -8; // u64 key or u32 index of a look-up
export const COUNTERS = -16; // pointer to this CPU's counters
export const IDS = -24; // u32 tgid, u32 tid, as the user sees them
export const TASK = -40; // task_struct of the current or a related task
export const START_TIME = -48;
export const SCRATCH = -80; // 32 bytes for namespaceId
export const NS_KEY = -88;
