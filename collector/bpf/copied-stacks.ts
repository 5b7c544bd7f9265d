import type { RecordSpec } from "../contract.ts";
import { type CopyLayout, LateWalks } from "../unwind/copied/late-walks.ts";
import { LeafHint } from "../unwind/copied/leaf-hint.ts";
import { type EntryAt, RecordedMappings } from "../unwind/copied/recorded-mappings.ts";
import type { TableMemory } from "../unwind/copied/table-memory.ts";
import { UserWalk } from "../unwind/copied/user-walk.ts";
import { userRegisters } from "./programs/registers.ts";

/**
 * Bytes of user stack that are copied where it cannot be walked yet: a multiple of COPY_CHUNK_BYTES. So much that most stacks fit,
 * and so little that half of an arena holds copies only, should no sample be of a process that is known.
 */
const COPIED_STACK_BYTES = 8192;

/**
 * How user stacks are copied that cannot be walked yet: where the leaf is, its registers by their DWARF numbers, the stack.
 * Undefined: they are not, because nobody knows later what was mapped then.
 */
export function copyLayout(spec: Pick<RecordSpec, "unwind">): CopyLayout | undefined {
  const registers = userRegisters();
  if (spec.unwind?.history === undefined || registers === undefined) return undefined;
  const { byNumber, sp, fp, link } = registers;
  const LEAF = 0;
  const place = (offset: number) => 1 + byNumber.indexOf(offset);
  return {
    registers: {
      byNumber: byNumber.map((_, number) => 1 + number),
      pc: LEAF,
      sp: place(sp),
      fp: place(fp),
      link,
    },
    count: 1 + byNumber.length,
    stackBytes: COPIED_STACK_BYTES,
  };
}

/** Words of a copy at the most; 0: none are made. */
export function copiedWords(spec: Pick<RecordSpec, "unwind">): number {
  const layout = copyLayout(spec);
  return layout ? layout.count + layout.stackBytes / 8 : 0;
}

/** What walks the copies by the rules in `rules`; undefined: there are none. */
export function lateWalks(
  spec: Pick<RecordSpec, "unwind" | "depths">,
  rules: TableMemory,
  entryAt: EntryAt,
): LateWalks | undefined {
  const layout = copyLayout(spec);
  const history = spec.unwind?.history;
  if (layout === undefined || history === undefined) return undefined;
  const mappings = new RecordedMappings(history, entryAt);
  // By now other code may lie where the process had its own: none is looked at.
  const hint = new LeafHint(() => false);
  const walk = new UserWalk(rules, layout.registers, spec.depths.user, { hint, mappings });
  return new LateWalks(walk, mappings, layout, spec.depths);
}
