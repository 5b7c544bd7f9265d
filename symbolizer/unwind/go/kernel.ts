import { Cfa, PLAIN, type UnwindRule } from "../rule.ts";
import { aroundSignalReturn, SIGNAL_RETURN, SIGNAL_RULE } from "../signal-return.ts";
import { type CodeNumbers, CodeSequence } from "./code-pattern.ts";
import { bytes, type GoPlaces, INEXPRESSIBLE, pair, type Recognized, type Recognizer } from "./recognized.ts";

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

function sigreturn(_code: Buffer, at: number): Recognized {
  return { ...aroundSignalReturn(at), rule: () => SIGNAL_RULE };
}

/** Where code of the kernel's is called, or calls. */
export const KERNEL_CODE: readonly Recognizer[] = [
  { anchor: bytes("49 89 e4 49 8b 5e"), recognize: clock },
  { anchor: SIGNAL_RETURN, recognize: sigreturn },
];
