import { KERNEL_MAPPING } from "../profile/frame-kind.ts";
import type { AddressGroup, GroupNames, MappingVariant } from "./address-group.ts";
import { sortedUnique } from "./address-group.ts";
import { fillGaps } from "./binary-resolver.ts";
import { lowerBound } from "./cover-tree.ts";
import type { DwarfFrames } from "./dwarf/dwarf-resolver.ts";
import { FramesBuilder } from "./frames-builder.ts";
import type { KernelSymbol, KernelSymbolTable } from "./kallsyms.ts";
import { type ResolvedFrames, singleFrames } from "./resolver.ts";

/** What else is known of the kernel. `module` undefined: the image. */
export interface KernelFacts {
  buildId(module: string | undefined): string | undefined;
  /** DWARF's frames of addresses (ascending, each once) in the image or a module; undefined: there is no DWARF. */
  debugFrames(module: string | undefined, addresses: Float64Array): Promise<DwarfFrames | undefined>;
}

/**
 * Names a group of kernel addresses. The kernel image stays `[kernel]`; a module's code moves to `[module]`, a BPF
 * program's to `[bpf]`, each with the range that its symbols span. Where there is debug information, its frames, inlined
 * ones too, stand in for the symbol.
 */
export async function nameKernel(
  table: KernelSymbolTable,
  group: AddressGroup,
  mappingFile: string,
  facts: KernelFacts,
): Promise<GroupNames> {
  const wanted = sortedUnique(group.lookups);
  const symbols: (KernelSymbol | undefined)[] = [];
  for (const address of wanted) symbols.push(table.lookup(address));

  const mappings: MappingVariant[] = [];
  const rowOfModule = new Map<string | undefined, number>();
  function rowOf(module: string | undefined): number {
    const known = rowOfModule.get(module);
    if (known !== undefined) return known;
    const { start, limit } = table.range(module) ?? { start: 0, limit: 0 };
    const file = module === undefined ? KERNEL_MAPPING : `[${module}]`;
    const buildId = facts.buildId(module) ?? "";
    const row = mappings.push({ file, start, limit, fileOffset: 0, buildId }) - 1;
    rowOfModule.set(module, row);
    return row;
  }

  const frame = Int32Array.from(group.lookups, (address) => lowerBound(wanted, address));
  const mapping = Int32Array.from(frame, (index) => {
    const symbol = symbols[index];
    if (symbol !== undefined) return rowOf(symbol.module);
    // What has no name stands with the rest of the kernel, whose row now has the image's range.
    return mappingFile === KERNEL_MAPPING ? rowOf(undefined) : -1;
  });
  return {
    addresses: group.addresses,
    mapping,
    mappings,
    frame,
    frames: await framesOf(wanted, symbols, facts),
  };
}

/** The frames of each address: of the image and of each module in turn, put back into the order of addresses. */
async function framesOf(
  wanted: Float64Array,
  symbols: readonly (KernelSymbol | undefined)[],
  facts: KernelFacts,
): Promise<ResolvedFrames> {
  const ofModule = new Map<string | undefined, number[]>();
  symbols.forEach((symbol, index) => {
    if (symbol === undefined) return;
    const indices = ofModule.get(symbol.module);
    if (indices === undefined) ofModule.set(symbol.module, [index]);
    else indices.push(index);
  });
  const partOf = new Int32Array(wanted.length).fill(-1);
  const rowIn = new Int32Array(wanted.length);
  const parts: ResolvedFrames[] = [];
  for (const [module, indices] of ofModule) {
    const addresses = Float64Array.from(indices, (index) => wanted[index]);
    const bySymbol = (some: readonly number[]) => singleFrames(some.map((index) => symbols[index]?.name));
    const known = await facts.debugFrames(module, addresses);
    const part =
      known === undefined
        ? bySymbol(indices)
        : fillGaps(known, addresses, (gaps) => bySymbol(Array.from(gaps, (gap) => lowerBound(wanted, gap))));
    indices.forEach((index, row) => {
      partOf[index] = parts.length;
      rowIn[index] = row;
    });
    parts.push(part);
  }
  const all = new FramesBuilder();
  for (let index = 0; index < wanted.length; index++) {
    if (partOf[index] >= 0) all.addAll(parts[partOf[index]], rowIn[index]);
    all.endAddress();
  }
  return all.finish();
}
