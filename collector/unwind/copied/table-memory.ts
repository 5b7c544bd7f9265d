import {
  BLOCK,
  BLOCK_HEADER_BYTES,
  CfaRule,
  ENTRY,
  ENTRY_BYTES,
  INDEX_MAX_PROBES,
  INDEX_SLOTS,
  indexHash,
  MAX_ENTRIES,
  offsetOf,
  PAGE_SHIFT,
  PIECE,
  RULE,
  RULE_BYTES,
  SHARD_BYTES,
  shardOf,
} from "../memory-format.ts";
import type { CopiedStack, WalkMappings } from "./copied-stack.ts";

const HIGH = 0x1_0000_0000;
const PAGE_BYTES = 1 << PAGE_SHIFT;

interface ShardViews {
  u32: Uint32Array;
  u16: Uint16Array;
  u8: Uint8Array;
  i32: Int32Array;
  i16: Int16Array;
}

/**
 * Looks up mappings and rules in the memory of `../memory-format.ts`, which lies in this process when it walks stacks
 * itself. What was looked up last is in the fields: nothing is made for a look-up. A read outside the memory gives
 * undefined, which no comparison takes for a number.
 */
export class TableMemory implements WalkMappings {
  readonly #shards: ShardViews[] = [];

  /** The process block: its shard, and where its entries begin. */
  #blockShard = 0;
  #entriesAt = 0;
  #entryCount = 0;

  /** Of the entry found. */
  origin = 0;
  table = 0;

  /** The rule found; see RULE. */
  cfa: number = CfaRule.none;
  ra = 0;
  fp = 0;
  register = 0;
  cfaOffset = 0;
  cfaAdd = 0;
  raOffset = 0;
  fpOffset = 0;

  /** Takes the memory of the next shard, which is made where it is not given. */
  addShard(memory = new ArrayBuffer(SHARD_BYTES)): ArrayBuffer {
    this.#shards.push({
      u32: new Uint32Array(memory),
      u16: new Uint16Array(memory),
      u8: new Uint8Array(memory),
      i32: new Int32Array(memory),
      i16: new Int16Array(memory),
    });
    return memory;
  }

  /** By the process index. */
  select({ pid: tgid }: Pick<CopiedStack, "pid">): boolean {
    this.#entryCount = 0;
    const index = this.#shards[0]?.u32;
    if (index === undefined || tgid === 0) return false;
    const first = indexHash(tgid);
    for (let probe = 0; probe < INDEX_MAX_PROBES; probe++) {
      const slot = ((first + probe) % INDEX_SLOTS) * 2;
      const [low, place] = [index[slot], index[slot + 1]];
      if (low === 0 && place === 0) return false;
      if (low !== tgid) continue;
      const views = this.#shards[shardOf(place)];
      if (views === undefined) return false;
      const at = offsetOf(place);
      this.#blockShard = shardOf(place);
      this.#entriesAt = at + BLOCK_HEADER_BYTES;
      this.#entryCount = Math.min(views.u32[(at + BLOCK.count) >>> 2], MAX_ENTRIES);
      return true;
    }
    return false;
  }

  /** Among the entries of the selected process's block. */
  find(address: number): boolean {
    const { u32, i32 } = this.#shards[this.#blockShard] ?? NOTHING;
    // The first entry whose end lies behind the address.
    let low = 0;
    let high = this.#entryCount;
    while (low < high) {
      const middle = (low + high) >>> 1;
      const at = (this.#entriesAt + middle * ENTRY_BYTES + ENTRY.end) >>> 2;
      if (u32[at + 1] * HIGH + u32[at] > address) high = middle;
      else low = middle + 1;
    }
    if (low >= this.#entryCount) return false;
    const at = (this.#entriesAt + low * ENTRY_BYTES) >>> 2;
    if (!(u32[at + 1] * HIGH + u32[at] <= address)) return false;
    this.origin = i32[at + ENTRY.origin / 4 + 1] * HIGH + u32[at + ENTRY.origin / 4];
    this.table = u32[at + ENTRY.table / 4];
    return true;
  }

  /** The rule for an address in the table at `place`, in the fields. False: the table has no row for it. */
  findRule(place: number, address: number): boolean {
    const views = this.#shards[shardOf(place)];
    if (views === undefined || !(address >= 0 && address < HIGH)) return false;
    const { u32, u16, u8, i32, i16 } = views;
    const base = offsetOf(place);
    const header = base >>> 2;
    const page = Math.floor(address / PAGE_BYTES);
    if (!(page < u32[header + PIECE.pageCount / 4])) return false;
    const pages = (base + u32[header + PIECE.pages / 4]) >>> 2;
    const first = u32[pages + page];
    const starts = (base + u32[header + PIECE.starts / 4]) >>> 1;
    const wanted = address % PAGE_BYTES;
    let row = first;
    let behind = u32[pages + page + 1];
    if (!(first < behind)) return false;
    // The last row that begins at or below the address; the page's first does.
    while (behind - row > 1) {
      const middle = row + ((behind - row) >>> 1);
      if (u16[starts + middle] <= wanted) row = middle;
      else behind = middle;
    }
    const indexes = base + u32[header + PIECE.ruleIndexes / 4];
    const narrow = u32[header + PIECE.ruleBytes / 4] === 1;
    const rule = narrow ? u8[indexes + row] : u16[(indexes >>> 1) + row];
    if (!(rule < u32[header + PIECE.ruleCount / 4])) return false;
    const at = base + u32[header + PIECE.rules / 4] + rule * RULE_BYTES;
    if (!(at + RULE_BYTES <= SHARD_BYTES)) return false;
    this.cfa = u8[at + RULE.cfa];
    this.ra = u8[at + RULE.ra];
    this.fp = u8[at + RULE.fp];
    this.register = u8[at + RULE.register];
    this.cfaOffset = i32[(at + RULE.cfaOffset) >>> 2];
    this.cfaAdd = i32[(at + RULE.cfaAdd) >>> 2];
    this.raOffset = i16[(at + RULE.raOffset) >>> 1];
    this.fpOffset = i16[(at + RULE.fpOffset) >>> 1];
    return true;
  }
}

const NOTHING: Pick<ShardViews, "u32" | "i32"> = { u32: new Uint32Array(0), i32: new Int32Array(0) };
