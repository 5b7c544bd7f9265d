import { ProfileFormatError } from "../../format-error.ts";
import { KERNEL_MAPPING } from "../../frame-kind.ts";
import { GrowableFloat64 } from "../../growable.ts";
import { LabelColumns } from "../../label-columns.ts";
import { LabelKey, type Profile } from "../../profile.ts";
import { decodeUtf8 } from "../../text-codec.ts";
import { TupleInterner } from "../../tuple-interner.ts";
import { ImportBuilder } from "../import-builder.ts";
import { parseBpftraceFrame } from "../stack-text/frame.ts";
import { TextFrames } from "../stack-text/text-frames.ts";
import { Ascii, skipBlanks, trimEnd } from "../text/ascii.ts";
import { ByteInterner } from "../text/byte-interner.ts";
import { LineSplitter } from "../text/line-splitter.ts";
import { EntryParser, type MapEntry } from "./entry.ts";

/** Where the kernel begins: what the outermost frame of a kernel stack is called. */
const KERNEL_ROOT =
  /(^|\s)(entry_|asm_|el0t?_|ret_from_fork|start_secondary|secondary_startup|common_startup|kthread|do_syscall|exc_)/;
const KERNEL_ADDRESS = /^(0x)?ffff[0-9a-f]{12}\b/i;
/** The label that tells maps apart, when there are several. */
const MAP_LABEL = "map";

/**
 * Reads what bpftrace prints of maps whose keys have stacks, in any order and stack mode:
 *
 *     @on[bash, 123,
 *         do_syscall_64+113
 *         entry_SYSCALL_64_after_hwframe+118
 *     ,
 *         main+12
 *     ]: 5
 *
 * Of two stacks one is the kernel's and lies on top of the other: the one that looks like it, else the first. In the
 * key, a number is the pid, and the first word that is none the process's name. What else a script prints (maps without
 * stacks, histograms) is passed over, and counted in a warning.
 *
 * Throws `ProfileFormatError` when no entry has a stack and a count.
 */
export class BpftraceReader {
  readonly #builder = new ImportBuilder();
  readonly #texts = new ByteInterner();
  readonly #user = new TextFrames(this.#builder, parseBpftraceFrame);
  readonly #kernel = new TextFrames(this.#builder, (text) => {
    const frame = parseBpftraceFrame(text);
    return frame.module === "" ? { ...frame, module: KERNEL_MAPPING } : frame;
  });
  readonly #splitter = new LineSplitter((bytes, start, end) => this.#line(bytes, start, end));
  readonly #parser = new EntryParser();
  /** (stack, map, comm, pid), the last three as string indices. */
  readonly #rows = new TupleInterner();
  readonly #counts = new GrowableFloat64();
  readonly #maps = new Set<string>();
  #passedOver = 0;

  push(chunk: Uint8Array): void {
    this.#splitter.push(chunk);
  }

  finish(): Profile {
    this.#splitter.finish();
    const { length } = this.#rows;
    if (length === 0)
      throw new ProfileFormatError("The text has no entry of a bpftrace map with a stack and a count.");
    const builder = this.#builder;
    const mapKey = builder.string(MAP_LABEL);
    const commKey = builder.string(LabelKey.comm);
    const pidKey = builder.string(LabelKey.pid);
    const labels = new LabelColumns(length);
    const stack = new Int32Array(length);
    for (let row = 0; row < length; row++) {
      const at = this.#rows.start(row);
      stack[row] = this.#rows.word(at);
      if (this.#maps.size > 1) labels.addText(row, mapKey, this.#rows.word(at + 1));
      if (this.#rows.word(at + 2) !== 0) labels.addText(row, commKey, this.#rows.word(at + 2));
      if (this.#rows.word(at + 3) !== 0) labels.addText(row, pidKey, this.#rows.word(at + 3));
    }
    return builder.finishCounts(stack, this.#counts.finish(), labels, "bpftrace", {
      what: "Passed over what is no stack",
      count: this.#passedOver,
      unit: "lines",
    });
  }

  #line(bytes: Uint8Array, lineStart: number, lineEnd: number): void {
    const end = trimEnd(bytes, lineStart, lineEnd);
    const start = skipBlanks(bytes, lineStart, end);
    if (start === end) return;
    const isIndented = start > lineStart && (bytes[lineStart] === Ascii.tab || start - lineStart >= 4);
    if (isIndented && this.#parser.frame(this.#texts.intern(bytes, start, end))) return;
    const wasOpen = this.#parser.isOpen;
    const entry = this.#parser.line(decodeUtf8(bytes.subarray(lineStart, end)));
    if (entry !== undefined) this.#add(entry);
    else if (!wasOpen && !this.#parser.isOpen && !isChatter(bytes, lineStart, end)) this.#passedOver++;
  }

  #add({ map, stacks, words, count }: MapEntry): void {
    if (stacks.every((stack) => stack.length === 0)) {
      this.#passedOver++;
      return;
    }
    const builder = this.#builder;
    let row = -1;
    // The user's frames are nearer to the root, and frames are printed leaf first.
    for (const { stack, isKernel } of this.#rootFirst(stacks)) {
      const frames = isKernel ? this.#kernel : this.#user;
      for (let at = stack.length - 1; at >= 0; at--) {
        const text = this.#texts.bytes(stack[at]);
        row = builder.stacks.child(row, frames.location(text, 0, text.length));
      }
    }
    const comm = words.find((word) => !/^\d+$/.test(word)) ?? "";
    const pid = words.find((word) => /^\d+$/.test(word)) ?? "";
    this.#maps.add(map);
    this.#rows.add(row);
    this.#rows.add(builder.string(map));
    this.#rows.add(builder.string(comm));
    this.#rows.add(builder.string(pid));
    const sample = this.#rows.intern();
    if (sample === this.#counts.length) this.#counts.push(0);
    this.#counts.add(sample, count);
  }

  #rootFirst(stacks: readonly number[][]): { stack: number[]; isKernel: boolean }[] {
    const told = stacks.map((stack) => ({ stack, isKernel: this.#looksLikeKernel(stack) }));
    if (told.length === 2 && !told.some(({ isKernel }) => isKernel)) told[0].isKernel = true;
    return [...told.filter(({ isKernel }) => !isKernel), ...told.filter(({ isKernel }) => isKernel)];
  }

  #looksLikeKernel(stack: readonly number[]): boolean {
    if (stack.length === 0) return false;
    const root = this.#texts.text(stack[stack.length - 1]);
    return (
      KERNEL_ROOT.test(root) || KERNEL_ADDRESS.test(root) || KERNEL_ADDRESS.test(this.#texts.text(stack[0]))
    );
  }
}

/** What bpftrace itself says before it begins. */
function isChatter(bytes: Uint8Array, start: number, end: number): boolean {
  return /^Attaching \d+ probes?\.\.\.$/.test(decodeUtf8(bytes.subarray(start, end)));
}
