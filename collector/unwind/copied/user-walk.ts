import {
  CfaRule,
  FpRule,
  RaRule,
  TABLE_BY_NATURE_NONE,
  TABLE_COMING,
  TABLE_MISSING,
} from "../memory-format.ts";
import { StackEnd } from "../stack-end.ts";
import { type CopiedStack, type CopyRegisters, RegistersAbi, type WalkMappings } from "./copied-stack.ts";
import { LeafHint } from "./leaf-hint.ts";
import type { TableMemory } from "./table-memory.ts";

/** What a frame pointer that is lost is set to: no frame lies there, so nothing is read by it. */
const LOST = 1;
/** What lies so far below the stack pointer is still the function's own (x86-64 psABI, 3.2.2). */
const RED_ZONE_BYTES = 128;
/** RLIMIT_STACK as it mostly is, and what libc gives threads: what lies farther away is on no stack with the copy. */
const MAX_STACK_BYTES = 8 * 1024 * 1024;
/** Bytes of a PLT entry. */
const PLT_ENTRY = 16;
/** Of the upper half of an address on arm64: it has 48 bits, above which pointer authentication may keep its own. */
const ARM64_HIGH_MASK = 0xffff;
const LOW_32_BITS = 0x1_0000_0000;

/** A step of the walk that did not end it. */
const GOES_ON = -1;

/** What a walk may be told besides. */
export interface WalkOptions {
  /** How callers of a leaf without a rule are found. */
  hint?: LeafHint;
  /** Where mappings are looked up; those that lie with the tables if not told. */
  mappings?: WalkMappings;
}

/**
 * Walks user stacks in the copies that samples bear: the same walk as that of the BPF programs
 * (`../../bpf/programs/walk.ts`), with the same ends, in the same tables; only that what is read is the copy. Code is not
 * in it: a leaf's, where it is wanted, is read from the process.
 *
 * Places on a stack are unsigned numbers: what a register holds that is no address of user space may lose its lowest bits, which
 * does no harm, as nothing lies there. Addresses of code are sign-extended, as all frames are told.
 */
export class UserWalk {
  readonly #tables: TableMemory;
  readonly #mappings: WalkMappings;
  readonly #registers: CopyRegisters;
  readonly #maxDepth: number;
  readonly #hint: LeafHint;

  /** The user's frames of the last walk, leaf first. */
  readonly frames: Float64Array;
  depth = 0;
  /** Why the last walk ended, of StackEnd. */
  end: number = StackEnd.unknown;

  #sample: CopiedStack | undefined;
  /** Address of the first byte of the copy. */
  #copiedFrom = 0;
  #pc = 0;
  #sp = 0;
  #fp = 0;
  /** Whether pc is where execution goes on, and not a return address. */
  #exact = true;
  #byFramePointer = false;
  /** Whether the process's mappings are known. */
  #known = false;
  /** Why frame pointers had to be used, to be told should the walk then fail; 0: it has not been so. */
  #cause: number = 0;
  /** What was read last, unsigned and as an address of code. */
  #value = 0;
  #code = 0;

  constructor(
    tables: TableMemory,
    registers: CopyRegisters,
    maxDepth: number,
    { hint = new LeafHint(), mappings = tables }: WalkOptions = {},
  ) {
    this.#tables = tables;
    this.#mappings = mappings;
    this.#hint = hint;
    this.#registers = registers;
    this.#maxDepth = maxDepth;
    this.frames = new Float64Array(maxDepth);
  }

  /** Walks the user's stack of a sample into `frames`. */
  walk(sample: CopiedStack): void {
    this.depth = 0;
    this.end = this.#walk(sample);
  }

  #walk(sample: CopiedStack): number {
    if (sample.abi === RegistersAbi.none) return StackEnd.unknown;
    this.#begin(sample);
    if (sample.abi !== RegistersAbi.wide) {
      // A program of 32-bit code has no tables here, and its frames are not known.
      this.frames[this.depth++] = this.#pc;
      return StackEnd.noTable;
    }
    for (;;) {
      const end = this.#frame();
      if (end !== GOES_ON) return end;
    }
  }

  #begin(sample: CopiedStack): void {
    const { pc, sp, fp } = this.#registers;
    this.#sample = sample;
    this.#pc = this.#codeAddress(pc);
    this.#sp = this.#register(sp);
    this.#fp = this.#register(fp);
    this.#copiedFrom = this.#sp;
    this.#exact = true;
    this.#byFramePointer = false;
    this.#cause = 0;
    this.#known = this.#mappings.select(sample, this.#pc);
  }

  #register(place: number): number {
    const sample = this.#sample;
    if (sample === undefined) return 0;
    const at = sample.registersAt + place * 2;
    this.#take(sample.words[at], sample.words[at + 1]);
    return this.#value;
  }

  /** Of code, in a register. */
  #codeAddress(place: number): number {
    this.#register(place);
    return this.#code;
  }

  /** Two halves for what was read last. */
  #take(low: number, high: number): void {
    const { link } = this.#registers;
    this.#value = high * LOW_32_BITS + low;
    this.#code = (link === undefined ? high | 0 : high & ARM64_HIGH_MASK) * LOW_32_BITS + low;
  }

  /** Takes pc for a frame and finds the caller's registers. */
  #frame(): number {
    const mappings = this.#mappings;
    const address = this.#exact ? this.#pc : this.#pc - 1;
    const mapped = this.#known && mappings.find(address);
    // The leaf and what a rule gave are believed, for a mapping may be newer than what is known; but what a frame pointer
    // gave is taken for code only if it is known to be.
    if (!mapped && this.#known && this.#byFramePointer) return this.#failed(StackEnd.outsideMappings);
    if (this.depth >= this.#maxDepth) return StackEnd.tooDeep;
    this.frames[this.depth++] = this.#pc;
    if (!mapped) {
      const strange = this.#known && !this.#exact;
      return this.#withoutRule(strange ? StackEnd.outsideMappings : StackEnd.notKnownYet, false);
    }
    const { table, origin } = mappings;
    // Code made at run time: a chain of frame pointers ends with 0, but one that has not begun may find anything in the register.
    if (table === TABLE_BY_NATURE_NONE) return this.#stepByFramePointer(this.#byFramePointer);
    if (table === TABLE_MISSING) return this.#withoutRule(StackEnd.noTable, false);
    if (table === TABLE_COMING) return this.#withoutRule(StackEnd.notKnownYet, false);
    if (!this.#tables.findRule(table, address - origin)) {
      return this.#withoutRule(StackEnd.noTable, !this.#exact);
    }
    return this.#applyRule();
  }

  /** By the frame pointer; what that cannot tell has `cause` for its cause. `zeroEnds`: see `stepByFramePointer`. */
  #withoutRule(cause: number, zeroEnds: boolean): number {
    this.#cause ||= cause;
    return this.#stepByFramePointer(zeroEnds);
  }

  /** Had frame pointers to be used on the way, that is what the walk failed of. */
  #failed(end: number): number {
    return this.#cause || end;
  }

  #applyRule(): number {
    const tables = this.#tables;
    let cfa: number;
    switch (tables.cfa) {
      case CfaRule.stackPointer:
        cfa = this.#sp + tables.cfaOffset;
        break;
      case CfaRule.framePointer:
        cfa = this.#fp + tables.cfaOffset;
        break;
      case CfaRule.atStackPointer:
        if (!this.#read(this.#sp + tables.cfaOffset)) return this.#unreadable(this.#sp + tables.cfaOffset);
        cfa = this.#value + tables.cfaAdd;
        break;
      case CfaRule.atFramePointer:
        if (!this.#read(this.#fp + tables.cfaOffset)) return this.#unreadable(this.#fp + tables.cfaOffset);
        cfa = this.#value + tables.cfaAdd;
        break;
      case CfaRule.plt:
        // A PLT entry pushes a word at an offset into it.
        cfa = this.#sp + 8 + (this.#pc % PLT_ENTRY >= tables.cfaOffset ? 8 : 0);
        break;
      case CfaRule.signalFrame:
        return this.#leaveSignalFrame();
      case CfaRule.register: {
        // Registers are those of the leaf, which is the first frame.
        const place = this.#registers.byNumber[tables.register];
        if (this.depth !== 1 || place === undefined) return this.#withoutRule(StackEnd.inexpressible, false);
        cfa = this.#register(place) + tables.cfaOffset;
        break;
      }
      case CfaRule.inexpressible:
        if (tables.ra !== RaRule.register || this.depth !== 1)
          return this.#withoutRule(StackEnd.inexpressible, false);
        cfa = this.#sp + tables.cfaOffset;
        break;
      case CfaRule.goroutine:
      case CfaRule.threadNote:
      case CfaRule.stackDepth:
      case CfaRule.goroutineCall:
        // The caller is on another stack, and what leads there lies on none: neither was copied.
        return this.#failed(StackEnd.unreadable);
      default:
        return this.#withoutRule(StackEnd.noTable, !this.#exact);
    }
    // A leaf that has pushed nothing, not even its return address, has its caller's stack pointer.
    const mayBeSame =
      this.depth === 1 && (this.#registers.link !== undefined || tables.ra === RaRule.register);
    const grows = cfa > this.#sp || (cfa === this.#sp && mayBeSame);
    if (cfa % 8 !== 0 || !grows) return this.#failed(StackEnd.noProgress);
    return this.#return(cfa);
  }

  /** The caller's registers, once its stack pointer is known. */
  #return(cfa: number): number {
    const tables = this.#tables;
    const { link, byNumber } = this.#registers;
    let pc: number;
    if (tables.ra === RaRule.outermost) return StackEnd.complete;
    if (tables.ra === RaRule.atCfa) {
      if (!this.#read(cfa + tables.raOffset)) return this.#unreadable(cfa + tables.raOffset);
      pc = this.#code;
    } else if (tables.ra === RaRule.linkRegister && link !== undefined && this.depth === 1) {
      pc = this.#codeAddress(byNumber[link]);
    } else if (tables.ra === RaRule.register && this.depth === 1 && byNumber[tables.register] !== undefined) {
      pc = this.#codeAddress(byNumber[tables.register]);
    } else return this.#withoutRule(StackEnd.inexpressible, false);
    if (pc === 0) return StackEnd.complete;

    let fp = this.#fp;
    switch (tables.fp) {
      case FpRule.same:
        break;
      case FpRule.isCfa:
        fp = cfa + tables.fpOffset;
        break;
      case FpRule.atCfa:
      case FpRule.atFramePointer: {
        const at = (tables.fp === FpRule.atCfa ? cfa : fp) + tables.fpOffset;
        if (this.#isPopped(at)) break;
        if (!this.#read(at)) return this.#unreadable(at);
        fp = this.#value;
        break;
      }
      default:
        this.#cause = StackEnd.inexpressible;
        fp = LOST;
    }
    this.#pc = pc;
    this.#sp = cfa;
    this.#fp = fp;
    this.#exact = false;
    this.#byFramePointer = false;
    return GOES_ON;
  }

  /**
   * Whether the leaf has taken its caller's frame pointer back already. Compilers do not say so of their epilogues: the place
   * is told on, just below the stack pointer, where its value still lies; but the copy begins at the stack pointer.
   */
  #isPopped(address: number): boolean {
    return this.depth === 1 && address < this.#copiedFrom && address >= this.#copiedFrom - RED_ZONE_BYTES;
  }

  /** The kernel put the interrupted registers on the stack, which may be another one. Execution goes on at pc itself. */
  #leaveSignalFrame(): number {
    const { cfaOffset, raOffset, fpOffset } = this.#tables;
    const frame = this.#sp;
    if (!this.#read(frame + raOffset)) return this.#unreadable(frame + raOffset);
    const pc = this.#code;
    if (!this.#read(frame + fpOffset)) return this.#unreadable(frame + fpOffset);
    const fp = this.#value;
    if (!this.#read(frame + cfaOffset)) return this.#unreadable(frame + cfaOffset);
    this.#pc = pc;
    this.#fp = fp;
    this.#sp = this.#value;
    this.#exact = true;
    this.#byFramePointer = false;
    return GOES_ON;
  }

  /**
   * One frame by the frame pointer: the caller's lies where it points to, the return address behind it. `zeroEnds`:
   * whether a frame pointer or a return address of 0 is the outermost frame.
   */
  #stepByFramePointer(zeroEnds: boolean): number {
    if (this.depth === 1 && this.#stepFromLeaf()) return GOES_ON;
    const frame = this.#fp;
    if (frame === 0) return zeroEnds ? StackEnd.complete : this.#failed(StackEnd.noTable);
    if (frame % 8 !== 0 || frame < this.#sp) return this.#failed(StackEnd.noProgress);
    if (!this.#read(frame + 8)) return this.#unreadable(frame + 8);
    const pc = this.#code;
    if (!this.#read(frame)) return this.#unreadable(frame);
    if (pc === 0) return zeroEnds ? StackEnd.complete : this.#failed(StackEnd.noTable);
    this.#pc = pc;
    this.#fp = this.#value;
    this.#sp = frame + 16;
    this.#exact = false;
    this.#byFramePointer = true;
    return GOES_ON;
  }

  /** To the leaf's caller by the leaf's instructions; false: they do not tell. The frame pointer is the caller's already. */
  #stepFromLeaf(): boolean {
    const { pid } = this.#sample ?? { pid: 0 };
    if (this.#registers.link !== undefined || pid === 0 || this.#sp % 8 !== 0) return false;
    const offset = this.#hint.offset(pid, this.#pc);
    if (offset < 0 || !this.#read(this.#sp + offset)) return false;
    const caller = this.#code;
    if (caller === 0 || !this.#hint.followsCall(pid, caller)) return false;
    this.#pc = caller;
    this.#sp += offset + 8;
    this.#exact = false;
    this.#byFramePointer = true;
    return true;
  }

  /** Reads eight bytes of the stack at `address` into `value` and `code`. False: they were not copied. */
  #read(address: number): boolean {
    const sample = this.#sample;
    const offset = address - this.#copiedFrom;
    if (sample === undefined || !(offset >= 0 && offset + 8 <= sample.stackBytes)) return false;
    const { words, stackAt } = sample;
    const word = stackAt + Math.floor(offset / 4);
    const shift = (offset % 4) * 8;
    let low = words[word];
    let high = words[word + 1];
    if (shift !== 0) {
      low = ((low >>> shift) | (high << (32 - shift))) >>> 0;
      high = ((high >>> shift) | (words[word + 2] << (32 - shift))) >>> 0;
    }
    this.#take(low, high);
    return true;
  }

  /**
   * Which end it is that the eight bytes at `address` were not copied. A frame that lies elsewhere, as what a signal on a stack
   * of its own has interrupted, would not have been in a larger copy; nor what a register that is no frame pointer leads to.
   */
  #unreadable(address: number): number {
    const sample = this.#sample;
    const size = sample?.stackBytes ?? 0;
    const offset = address - this.#copiedFrom;
    const inCopy = this.#sp >= this.#copiedFrom && this.#sp <= this.#copiedFrom + size;
    if (sample?.stackGoesOn && inCopy && offset >= 0 && offset < MAX_STACK_BYTES) return StackEnd.copyEnded;
    return this.#failed(StackEnd.unreadable);
  }
}
