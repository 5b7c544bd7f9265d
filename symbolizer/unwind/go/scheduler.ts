import { Cfa, type UnwindRule } from "../rule.ts";
import { CodeSequence } from "./code-pattern.ts";
import { bytes, type GoPlaces, OUTERMOST, type Recognized, type Recognizer } from "./recognized.ts";

/** What may follow where rsp was exchanged: rbp becomes 0, or that of the other stack. */
const RBP_TOO = ["31 ed", "48 31 ed", "48 c7 c5 00 00 00 00", "48 8b 6e _:1", "48 8b 6b _:1", ""];

/**
 * mcall has left its goroutine, which may be another thread's already, when it calls a function on g0's stack: mov r12,[rdx];
 * call r12. That never returns to it. Go's own profiles begin there too.
 */
const MCALL = new CodeSequence("49 8b 66 _:1");
const MCALL_CALL = new CodeSequence(RBP_TOO, "50", "4c 8b 22 41 ff d4", ["90 58", "58"], "e9 _:4");

/** Behind `first`, which takes over g0's stack, up to what `rest` ends with. `mostBytes`: from the first on to the anchor. */
function neverReturned(
  first: CodeSequence,
  rest: CodeSequence,
  mostBytes: number,
  rule: Recognized["rule"],
): Recognizer["recognize"] {
  return (code, at) => {
    for (let from = at; from >= Math.max(0, at - mostBytes); from--) {
      const start = first.endOf(code, from, new Map());
      const end = start < 0 ? -1 : rest.endOf(code, start, new Map());
      if (end > at) return { start, end, rule };
    }
    return undefined;
  };
}

/**
 * morestack: rbx, the m, becomes its g0, and rsp that one's. It calls newstack and behind it abort. newstack goes on with the goroutine
 * by itself, on a larger stack: the goroutine is the caller, and has noted the pc behind its call of morestack. Or newstack leaves
 * it, as mcall does: then the thread has none, or is about to go on with another one.
 */
const MORESTACK = new CodeSequence("48 8b 1b", ["64 48 89 1c 25 _:4", "64 48 89 19"], "48 8b 63 _:1");
const MORESTACK_CALL = new CodeSequence(RBP_TOO, "e8 _:4 e8 _:4 c3");

function workedFor(places: GoPlaces | undefined): UnwindRule {
  return places === undefined ? OUTERMOST : { ...places.goroutine, cfa: Cfa.goroutineCall };
}

/**
 * clone, in the thread that was made: mov rsp,rsi; call r12; exit(111). The kernel has begun it, and what lies behind its stack is
 * somebody else's.
 */
const CLONE = new CodeSequence("41 ff d4 bf 6f 00 00 00 b8 3c 00 00 00 0f 05 eb _:1");
const CLONE_SWITCH = bytes("48 89 f4");
const CLONE_BYTES = 64;

function clone(code: Buffer, at: number): Recognized | undefined {
  const end = CLONE.endOf(code, at, new Map());
  const from = code.lastIndexOf(CLONE_SWITCH, at);
  if (end < 0 || from < at - CLONE_BYTES) return undefined;
  return { start: from < 0 ? at : from + CLONE_SWITCH.length, end, rule: () => OUTERMOST };
}

/**
 * gogo, which goes on with a goroutine: once rsp is that one's nobody has called it, until it jumps there: mov r14,rdx; mov rsp,[rbx].
 */
const GOGO = bytes("49 89 d6 48 8b 23");
const GOGO_JUMP = bytes("ff e3");
const GOGO_BYTES = 64;

function gogo(code: Buffer, at: number): Recognized | undefined {
  const start = at + GOGO.length;
  const jump = code.indexOf(GOGO_JUMP, start);
  if (jump < 0 || jump > start + GOGO_BYTES) return undefined;
  return { start, end: jump + GOGO_JUMP.length, rule: () => OUTERMOST };
}

/**
 * goexit, which goroutines' first functions return to, behind its first byte: nop; call goexit1; nop, and what functions are filled up
 * with. What lies above it on a goroutine's stack nobody has written.
 */
const GOEXIT = new CodeSequence("90 e8 _:4 90");
const GOEXIT_END = bytes("90 cc cc cc cc cc cc cc cc cc");
const GOEXIT_BYTES = 7;

function goexit(code: Buffer, at: number): Recognized | undefined {
  const start = at + 1 - GOEXIT_BYTES;
  const end = GOEXIT.endOf(code, start, new Map());
  return end < 0 ? undefined : { start, end, rule: () => OUTERMOST, wholeFunction: true };
}

/**
 * rt0_go, where a process or the main function of C begins Go, and whose last calls are mstart, which stays, and abort: mov rax,rdi; mov rbx,rsi;
 * sub rsp,40; and rsp,-16. Its call frame information tells of neither of the last two, and nothing could tell what the second took.
 */
const RT0 = new CodeSequence("48 89 f8 48 89 f3", "48 83 ec 28 48 83 e4 f0", "48 89 44 24 18 48 89 5c 24 20");
const RT0_SUB_AT = 6;
const RT0_END = new CodeSequence("e8 _:4 e8 _:4 c3 48 8d 05");
const RT0_RETURN = bytes("c3 48 8d 05");
const RT0_CALLS_BYTES = 10;
/** Go 1.25 with C has 443. */
const RT0_BYTES = 800;

function rt0(code: Buffer, at: number): Recognized | undefined {
  const start = at - RT0_SUB_AT;
  const first = RT0.endOf(code, start, new Map());
  if (first < 0) return undefined;
  const rest = code.subarray(0, start + RT0_BYTES);
  for (let end = rest.indexOf(RT0_RETURN, first); end >= 0; end = rest.indexOf(RT0_RETURN, end + 1)) {
    if (RT0_END.endOf(rest, end - RT0_CALLS_BYTES, new Map()) < 0) continue;
    return { start, end: end + 1, rule: () => OUTERMOST };
  }
  return undefined;
}

/** Where the runtime's own stack (g0) begins, as far as anything is returned to. */
export const SCHEDULER_CODE: readonly Recognizer[] = [
  { anchor: bytes("4c 8b 22 41 ff d4"), recognize: neverReturned(MCALL, MCALL_CALL, 12, () => OUTERMOST) },
  { anchor: bytes("48 8b 1b 64 48 89"), recognize: neverReturned(MORESTACK, MORESTACK_CALL, 0, workedFor) },
  { anchor: bytes("41 ff d4 bf 6f 00 00 00"), recognize: clone },
  { anchor: GOGO, recognize: gogo },
  { anchor: bytes("48 83 ec 28 48 83 e4 f0"), recognize: rt0 },
  { anchor: GOEXIT_END, recognize: goexit },
];
