import type { RecordSpec, UnwindTableSource } from "../contract.ts";
import { type CopyLayout, copyLayout } from "./copied/copy-layout.ts";
import { LateWalks } from "./copied/late-walks.ts";
import { LeafHint } from "./copied/leaf-hint.ts";
import { RecordedMappings } from "./copied/recorded-mappings.ts";
import { TableMemory } from "./copied/table-memory.ts";
import { UserWalk } from "./copied/user-walk.ts";
import { type KernelSide, Unwinding } from "./unwinding.ts";

/** How user stacks are copied that the kernel side cannot walk yet; undefined: none are, for nobody could walk them later. */
export function copiesFor({ unwind, mode }: Pick<RecordSpec, "unwind" | "mode">): CopyLayout | undefined {
  return unwind?.history !== undefined && mode !== "kernel" ? copyLayout() : undefined;
}

/**
 * Begins what a collector does for user stacks that its kernel side walks by tables, and for those that it copies. Rejects with what
 * `makeShard` rejects with.
 */
export async function startUnwinding(
  spec: RecordSpec,
  source: UnwindTableSource,
  side: KernelSide,
): Promise<{ unwinding: Unwinding; late: LateWalks | undefined }> {
  const rules = new TableMemory();
  const makeShard = async (shard: number) => rules.addShard(await side.makeShard(shard));
  const unwinding = await Unwinding.create(source, spec.targets, { ...side, makeShard });
  const layout = copiesFor(spec);
  const history = spec.unwind?.history;
  if (layout === undefined || history === undefined) return { unwinding, late: undefined };
  const entryAt = unwinding.entryAt.bind(unwinding);
  const mappings = new RecordedMappings(history, entryAt);
  // By now other code may lie where the process had its own: none is looked at.
  const hint = new LeafHint(() => false);
  const walk = new UserWalk(rules, layout.registers, spec.depths.user, { hint, mappings });
  const answered = () => unwinding.answered;
  return { unwinding, late: new LateWalks(walk, mappings, answered, layout, spec.depths) };
}
