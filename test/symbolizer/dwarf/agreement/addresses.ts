import { type ElfFile, ElfType, readElf, SectionFlag } from "../../../../symbolizer/elf/elf-file.ts";
import { sectionName } from "../../../../symbolizer/elf/strings.ts";
import { fileSource } from "../../../../symbolizer/file-source.ts";
import { judge, random } from "../../judges.ts";

/**
 * Addresses of a file's code, ascending, each once: all of them where it has no more than `count`, else `count` at
 * random. Stubs are left out, because no judge names them, and what
 * kernels only copy their patches from. Of a relocatable file: its `.text`, where elfutils lays it.
 */
export function codeAddresses(path: string, count: number, seed: number): Float64Array {
  const opened = fileSource(path);
  if (opened.found === undefined) throw new Error(`${path} ${opened.missing}`);
  const elf = readElf(opened.found);
  const sections = codeSections(elf);
  if (elf.type === ElfType.relocatable) sections[0].address = textBase(path);
  opened.found.close();
  const total = sections.reduce((sum, { size }) => sum + size, 0);
  const next = random(seed);
  const wanted = new Set<number>();
  while (wanted.size < Math.min(count, total)) {
    let at = total <= count ? wanted.size : Math.floor(next() * total);
    for (const { address, size } of sections) {
      if (at < size) {
        wanted.add(address + at);
        break;
      }
      at -= size;
    }
  }
  return Float64Array.from(wanted).sort();
}

/** The address of a relocatable file's `.text` where elfutils lays its sections one behind the other; else 0. */
export function textBase(path: string): number {
  if (!path.endsWith(".ko")) return 0;
  return Number(judge("eu-addr2line", ["-a", "-j", ".text", "-e", path, "0x0"]).split("\n")[0]);
}

function codeSections(elf: ElfFile): { address: number; size: number }[] {
  const isCode = ({ flags }: { flags: number }) => (flags & SectionFlag.execute) !== 0;
  const wanted = elf.type === ElfType.relocatable ? /^\.text$/ : /^(?!\.i?plt|\.altinstr_replacement)/;
  return elf.sections
    .filter((section) => isCode(section) && wanted.test(sectionName(elf, section)))
    .map(({ address, size }) => ({ address, size }));
}

/** Whether two names stand for one address in the file's symbol tables. */
export function aliasesIn(path: string): (a: string, b: string) => boolean {
  let values: Map<string, Set<string>> | undefined;
  return (a, b) => {
    values ??= valuesByName(path);
    const of = values.get(b);
    return of !== undefined && [...(values.get(a) ?? [])].some((value) => of.has(value));
  };
}

function valuesByName(path: string): Map<string, Set<string>> {
  const values = new Map<string, Set<string>>();
  const listing = judge("nm", ["--without-symbol-versions", "--format=posix", path]);
  for (const row of listing.split("\n")) {
    const match = /^(.+) [A-Za-z] ([0-9a-f]+)( [0-9a-f]*)?$/.exec(row);
    if (match !== null) values.set(match[1], (values.get(match[1]) ?? new Set()).add(match[2]));
  }
  return values;
}
