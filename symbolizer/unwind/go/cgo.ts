import { Cfa, Fp, PLAIN, type UnwindRule, WORD } from "../rule.ts";
import { type CodeNumbers, CodeSequence } from "./code-pattern.ts";
import {
  bytes,
  type GoPlaces,
  INEXPRESSIBLE,
  LOADED_PLACE,
  PLACE,
  POP_RBP,
  popped,
  type Recognized,
  type Recognizer,
} from "./recognized.ts";

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

export const CGO_CODE: readonly Recognizer[] = [
  { anchor: CGO_LEAVE, recognize: asmcgocall },
  { anchor: bytes("48 83 e4 f0 48 89 7c 24"), recognize: asmcgocallBegins },
  { anchor: bytes("ff d6 ff d3 41 5f"), recognize: crosscall },
];
