import { type CodeNumbers, CodeSequence } from "./code-pattern.ts";
import { Cfa, Fp, Ra, type UnwindRule } from "./rule.ts";

/** Where a thread's goroutine has left its stack, as the file's systemstack tells; undefined: it does not. */
export interface GoPlaces {
  /** Where threads keep their g, from their thread pointer on. */
  tls: number;
  /** How the stack pointer is got from there. Of `Cfa.goroutine`, with 0 for `register`. */
  goroutine: UnwindRule;
}

/** Code that was recognized: from where to where, as offsets, a rule holds that call frame information does not tell. */
export interface Recognized {
  start: number;
  /** Exclusive. */
  end: number;
  rule(places: GoPlaces | undefined): UnwindRule;
  /** What this code tells for all of the file. */
  places?: GoPlaces | undefined;
  /** Whether the byte at `start` is meant only where it is no function's: it is what is looked up for those who return to `start + 1`. */
  beforeFunction?: boolean;
}

export interface Recognizer {
  /** Bytes to look for. */
  anchor: Buffer;
  /** What the code is that has the anchor at `at`. */
  recognize(code: Buffer, at: number): Recognized | undefined;
}

const WORD = 8;
const MAX_U16 = 0xffff;
const POP_RBP = 0x5d;

const PLAIN: UnwindRule = {
  cfa: Cfa.stackPointer,
  ra: Ra.atCfa,
  fp: Fp.same,
  register: 0,
  cfaOffset: WORD,
  cfaAdd: 0,
  raOffset: -WORD,
  fpOffset: 0,
};
const OUTERMOST: UnwindRule = { ...PLAIN, ra: Ra.undefined, raOffset: 0 };
const INEXPRESSIBLE: UnwindRule = { ...PLAIN, cfa: Cfa.inexpressible, cfaOffset: 0, raOffset: 0 };

/**
 * The ways in which code that may lie anywhere gets at a thread's g: its place from the thread pointer on is put into a register, or,
 * in a shared library, is read from a table that the loader fills in: then no rule can tell it.
 */
const PLACE = "48 c7 c1 tls:4";
const LOADED_PLACE = "48 8b 0d _:4";
/** What may follow where rsp was exchanged: rbp becomes 0, or that of the other stack. */
const RBP_TOO = ["31 ed", "48 31 ed", "48 c7 c5 00 00 00 00", "48 8b 6e _:1", "48 8b 6b _:1", ""];

/** The caller's own frame pointer is popped behind the goroutine's stack pointer, by functions that have pushed one. */
function popped(rule: UnwindRule, pops: boolean): UnwindRule {
  if (!pops) return { ...rule, register: WORD };
  return { ...rule, register: 2 * WORD, fp: Fp.atCfa, fpOffset: -2 * WORD };
}

/** Two numbers of 16 bits in a rule's one of 32; undefined: they do not fit. */
function pair(low: number | undefined, high: number | undefined): number | undefined {
  if (low === undefined || high === undefined) return undefined;
  if (low < 0 || low > MAX_U16 || high < 0 || high > MAX_U16) return undefined;
  return low | (high << 16);
}

/**
 * systemstack (src/runtime/asm_amd64.s) calls a function on g0's stack, mov rdx,rdi; mov rdi,[rdi]; call rdi, and goes back to where the
 * goroutine left its own: g; its m; that one's curg, which becomes g; rsp is that one's sched.sp, which is cleared, perhaps rbp
 * likewise. From where rsp was exchanged until it is the goroutine's again.
 */
const SYSTEMSTACK = new CodeSequence(
  "48 89 fa 48 8b 3f ff d7",
  ["64 48 8b 04 25 tls:4", `${PLACE} 64 48 8b 01`, `${LOADED_PLACE} 64 48 8b 01`],
  ["48 8b 58 m:1", "48 8b 98 m:4"],
  ["48 8b 43 curg:1", "48 8b 83 curg:4"],
  ["64 48 89 04 25 tls:4", "64 48 89 01"],
  "48 8b 60 sp:1",
);
const SYSTEMSTACK_END = new CodeSequence(
  ["48 8b 68 bp:1", ""],
  "48 c7 40 sp:1 00 00 00 00",
  ["48 c7 40 bp:1 00 00 00 00", ""],
  ["5d c3", "c3"],
);
const CALL_AT = 6;
/** What is before it: mov rsp,rbx or mov rsp,[rdx+n]. */
const EXCHANGED = [new CodeSequence("48 89 dc"), new CodeSequence("48 8b 62 _:1")];
const EXCHANGED_BYTES = [3, 4];

function systemstack(code: Buffer, at: number): Recognized | undefined {
  const numbers: CodeNumbers = new Map();
  const back = SYSTEMSTACK.endOf(code, at, numbers);
  const end = back < 0 ? -1 : SYSTEMSTACK_END.endOf(code, back, numbers);
  if (end < 0) return undefined;
  const places = placesOf(numbers);
  const rule = places === undefined ? INEXPRESSIBLE : popped(places.goroutine, code[end - 2] === POP_RBP);
  const exchanged = EXCHANGED.some(
    (way, index) => way.endOf(code, at - EXCHANGED_BYTES[index], new Map()) === at,
  );
  return { start: exchanged ? at : at + CALL_AT, end: back, rule: () => rule, places };
}

function placesOf(numbers: CodeNumbers): GoPlaces | undefined {
  const tls = numbers.get("tls");
  const cfaAdd = pair(numbers.get("m"), numbers.get("curg"));
  if (tls === undefined || cfaAdd === undefined) return undefined;
  const raOffset = numbers.get("sp") ?? 0;
  return { tls, goroutine: { ...PLAIN, cfa: Cfa.goroutine, cfaOffset: tls, cfaAdd, raOffset } };
}

/**
 * mcall has left its goroutine, which may be another thread's already, when it calls a function on g0's stack: mov r12,[rdx];
 * call r12. That never returns to it. Go's own profiles begin there too.
 */
const MCALL = new CodeSequence("49 8b 66 _:1");
const MCALL_CALL = new CodeSequence(RBP_TOO, "50", "4c 8b 22 41 ff d4", ["90 58", "58"], "e9 _:4");

/** Behind `first`, which takes over g0's stack, up to what `rest` ends with. `mostBytes`: from the first on to the anchor. */
function neverReturned(first: CodeSequence, rest: CodeSequence, mostBytes: number): Recognizer["recognize"] {
  return (code, at) => {
    for (let from = at; from >= Math.max(0, at - mostBytes); from--) {
      const start = first.endOf(code, from, new Map());
      const end = start < 0 ? -1 : rest.endOf(code, start, new Map());
      if (end > at) return { start, end, rule: () => OUTERMOST };
    }
    return undefined;
  };
}

/**
 * morestack: rbx, the m, becomes its g0, and rsp that one's. It calls newstack and behind it abort: newstack goes on with the
 * goroutine by itself, on a larger stack, or leaves it as mcall does.
 */
const MORESTACK = new CodeSequence("48 8b 1b", ["64 48 89 1c 25 _:4", "64 48 89 19"], "48 8b 63 _:1");
const MORESTACK_CALL = new CodeSequence(RBP_TOO, "e8 _:4 e8 _:4 c3");

/**
 * asmcgocall, which C is called by, comes back from g0's stack by what it has left there: its g, and how deep the goroutine's stack
 * was, from its end on: mov rsp,rsi; mov [rsp+n],eax. Had it been on a stack of the system already, its stack pointer is there.
 */
const CGO = new CodeSequence(
  [PLACE, LOADED_PLACE, ""],
  "48 8b 7c 24 g:1",
  "48 8b 77 end:1",
  ["48 2b 74 24 depth:1", "48 2b 34 24"],
  ["64 48 89 3c 25 _:4", "64 48 89 39"],
);
const CGO_NEAR = new CodeSequence(["48 8b 74 24 sp:1", "48 8b 34 24"]);
const CGO_BYTES = 7 + 5 + 4 + 5 + 9;
const CGO_END = new CodeSequence("48 89 f4", "89 44 24 _:1", ["5d c3", "c3"]);
/** How it calls: call rax, or what does that for it. */
const CALLS = [new CodeSequence("e8 _:4"), new CodeSequence("ff d0")];
const CALL_BYTES = [5, 2];
const MOVE_BYTES = 3;
const MOVE_PLACE_BYTES = 4;

function asmcgocall(code: Buffer, at: number): Recognized | undefined {
  const end = CGO_END.endOf(code, at, new Map());
  if (end < 0) return undefined;
  const pops = code[end - 2] === POP_RBP;
  for (let from = at - 1; from >= Math.max(0, at - CGO_BYTES); from--) {
    const call = CALLS.findIndex((way, i) => way.endOf(code, from - CALL_BYTES[i], new Map()) === from);
    if (call < 0) continue;
    const start = from - CALL_BYTES[call];
    const numbers: CodeNumbers = new Map();
    const number = (name: string) => numbers.get(name) ?? 0;
    if (CGO.endOf(code, from, numbers) === at) {
      const places = { cfaOffset: number("g"), cfaAdd: number("end"), raOffset: number("depth") };
      const rule = popped({ ...PLAIN, cfa: Cfa.stackDepth, ...places }, pops);
      return { start, end: at + MOVE_BYTES, rule: () => rule };
    }
    if (CGO_NEAR.endOf(code, from, numbers) === at) {
      const { register, ...kept } = popped(PLAIN, pops);
      const rule = { ...kept, register: 0, cfa: Cfa.stackSlot, cfaOffset: number("sp"), cfaAdd: register };
      return { start, end: at + MOVE_BYTES, rule: () => rule };
    }
  }
  return undefined;
}

/**
 * Before it calls, once rsp is that of g0 (rsi), it makes room and saves its g (rdi), and how deep the goroutine's stack is (from rdx on).
 * The goroutine is where systemstack would find it.
 */
const CGO_BEGIN = new CodeSequence(
  "48 8b 66 _:1",
  "48 83 ec _:1 48 83 e4 f0",
  "48 89 7c 24 _:1",
  "48 8b 7f _:1",
  "48 29 d7",
  ["48 89 7c 24 _:1", "48 89 3c 24"],
  ["48 89 df 48 89 d9", ""],
);
const CGO_LEAVE = bytes("48 89 f4 89 44 24");
const CGO_BEGIN_AT = 8;
const CGO_MOST_BYTES = 128;

function asmcgocallBegins(code: Buffer, at: number): Recognized | undefined {
  const start = at - CGO_BEGIN_AT;
  const end = CGO_BEGIN.endOf(code, start, new Map());
  const leave = end < 0 ? -1 : code.indexOf(CGO_LEAVE, end);
  if (leave < 0 || leave > end + CGO_MOST_BYTES) return undefined;
  const left = CGO_END.endOf(code, leave, new Map());
  if (left < 0) return undefined;
  const pops = code[left - 2] === POP_RBP;
  const rule = (known: GoPlaces | undefined) => (known ? popped(known.goroutine, pops) : INEXPRESSIBLE);
  return { start: start + MOVE_PLACE_BYTES, end, rule };
}

/** crosscall1 of runtime/cgo (gcc_amd64.S) begins threads that C has made. It has pushed rbx, rbp and r12 to r15, which it pops again. */
const CROSSCALL = new CodeSequence("ff d6 ff d3", "41 5f 41 5e 41 5d 41 5c 5d 5b c3");
const CROSSCALLS_BYTES = 4;
const SAVED: UnwindRule = { ...PLAIN, cfaOffset: 7 * WORD, fp: Fp.atCfa, fpOffset: -3 * WORD };

function crosscall(code: Buffer, at: number): Recognized | undefined {
  if (CROSSCALL.endOf(code, at, new Map()) < 0) return undefined;
  return { start: at, end: at + CROSSCALLS_BYTES, rule: () => SAVED };
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
 * nanotime1, walltime and time.now (sys_linux_amd64.s, time_linux_amd64.s) keep rsp in r12, note the caller's in the m (rbx), exchange rsp
 * for that of g0, if this is a goroutine, and call the vdso, until rsp is r12 again.
 */
const CLOCK = new CodeSequence(
  "49 89 e4",
  "49 8b 5e m:1",
  "48 8b 8b pc:4",
  "48 8b 93 note:4",
  "48 89 0c 24",
  "48 89 54 24 08",
  "48 8d 54 24 _:1",
  "48 8b 4a f8",
  "48 89 8b pc:4",
  "48 89 93 note:4",
  ["4c 3b b3 _:4", "4c 3b 73 _:1"],
  "75 07",
  "48 8b 13",
  "48 8b 62 _:1",
);
const CLOCK_BACK = bytes("4c 89 e4");
/** 1.19 is back after 0x4d bytes. */
const CLOCK_BYTES = 200;

function clock(code: Buffer, at: number): Recognized | undefined {
  const numbers: CodeNumbers = new Map();
  const start = CLOCK.endOf(code, at, numbers);
  const back = start < 0 ? -1 : code.indexOf(CLOCK_BACK, start);
  if (back < 0 || back > start + CLOCK_BYTES) return undefined;
  const places = pair(numbers.get("m"), numbers.get("note"));
  const rule = (known: GoPlaces | undefined): UnwindRule => {
    if (known === undefined || places === undefined) return INEXPRESSIBLE;
    return { ...PLAIN, cfa: Cfa.threadNote, cfaOffset: known.tls, cfaAdd: places, raOffset: 0 };
  };
  return { start, end: back + CLOCK_BACK.length, rule };
}

/**
 * What handlers of signals return to: mov rax,15; syscall. There sp is at a ucontext, in which rsp, rip and rbp of what was
 * interrupted are (struct sigcontext, arch/x86/include/uapi/asm/sigcontext.h). While the system call runs, pc is behind it.
 */
const SIGRETURN = bytes("48 c7 c0 0f 00 00 00 0f 05");
const SIGNAL: UnwindRule = {
  ...PLAIN,
  cfa: Cfa.signal,
  fp: Fp.atCfa,
  cfaOffset: 160,
  raOffset: 168,
  fpOffset: 120,
};

function sigreturn(_code: Buffer, at: number): Recognized {
  const end = at + SIGRETURN.length + 1;
  return { start: at - 1, end, rule: () => SIGNAL, beforeFunction: true };
}

/**
 * gosave_systemstack_switch notes for the pc at which a goroutine left its stack that of systemstack_switch, a function that does
 * nothing. A call back from C pushes it as a return address, and until Go 1.20 it is that function's first byte.
 */
const GOSAVE = new CodeSequence("4c 8d 0d target:4", "4d 89 4e pc:1", "4c 8d 4c 24 08", "4d 89 4e sp:1");
const LEA_BYTES = 7;

function gosave(code: Buffer, at: number): Recognized | undefined {
  const numbers: CodeNumbers = new Map();
  if (GOSAVE.endOf(code, at - LEA_BYTES, numbers) < 0) return undefined;
  const target = at + (numbers.get("target") ?? 0);
  return { start: target - 1, end: target, rule: () => PLAIN, beforeFunction: true };
}

function bytes(text: string): Buffer {
  return Buffer.from(text.replaceAll(" ", ""), "hex");
}

/** Whatever of Go's runtime goes over to another stack, x86-64. Read in programs of Go 1.19 and in its sources since. */
export const GO_CODE: readonly Recognizer[] = [
  { anchor: bytes("48 89 fa 48 8b 3f ff d7"), recognize: systemstack },
  { anchor: bytes("4c 8b 22 41 ff d4"), recognize: neverReturned(MCALL, MCALL_CALL, 12) },
  { anchor: bytes("48 8b 1b 64 48 89"), recognize: neverReturned(MORESTACK, MORESTACK_CALL, 0) },
  { anchor: CGO_LEAVE, recognize: asmcgocall },
  { anchor: bytes("48 83 e4 f0 48 89 7c 24"), recognize: asmcgocallBegins },
  { anchor: bytes("ff d6 ff d3 41 5f"), recognize: crosscall },
  { anchor: bytes("41 ff d4 bf 6f 00 00 00"), recognize: clone },
  { anchor: GOGO, recognize: gogo },
  { anchor: bytes("49 89 e4 49 8b 5e"), recognize: clock },
  { anchor: SIGRETURN, recognize: sigreturn },
  { anchor: bytes("4d 89 4e"), recognize: gosave },
];
