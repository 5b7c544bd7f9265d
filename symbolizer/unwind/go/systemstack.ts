import { Cfa, PLAIN } from "../rule.ts";
import { type CodeNumbers, CodeSequence } from "./code-pattern.ts";
import {
  bytes,
  type GoPlaces,
  INEXPRESSIBLE,
  LOADED_PLACE,
  PLACE,
  POP_RBP,
  pair,
  popped,
  type Recognized,
  type Recognizer,
} from "./recognized.ts";

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

export const SYSTEMSTACK_CODE: readonly Recognizer[] = [
  { anchor: bytes("48 89 fa 48 8b 3f ff d7"), recognize: systemstack },
  { anchor: bytes("4d 89 4e"), recognize: gosave },
];
