import { KERNEL_MAPPING } from "../profile/frame-kind.ts";
import type { AddressGroup, GroupNames, MappingVariant } from "./address-group.ts";
import { sortedUnique } from "./address-group.ts";
import { lowerBound } from "./cover-tree.ts";
import type { KernelSymbol, KernelSymbolTable } from "./kallsyms.ts";
import { singleFrames } from "./resolver.ts";

/**
 * Names a group of kernel addresses. The kernel image stays `[kernel]`; a module's code moves to `[module]`, a BPF
 * program's to `[bpf]`, each with the range that its symbols span.
 */
export function nameKernel(
  table: KernelSymbolTable,
  group: AddressGroup,
  mappingFile: string,
  buildId: (module: string | undefined) => string | undefined,
): GroupNames {
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
    const row = mappings.push({ file, start, limit, fileOffset: 0, buildId: buildId(module) ?? "" }) - 1;
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
    frames: singleFrames(symbols.map((symbol) => symbol?.name)),
  };
}
