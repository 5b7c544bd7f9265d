import { frameKind, isPerfMapPath, VDSO_MAPPING } from "../profile/frame-kind.ts";
import { MappingFlag, type Profile } from "../profile/profile.ts";
import { type AddressGroup, type GroupNames, resolveLookups } from "./address-group.ts";
import { AppendableStrings } from "./appendable-strings.ts";
import type { NamingOptions } from "./debug-info.ts";
import { createDemangler } from "./demangle.ts";
import { ElfError } from "./elf/elf-error.ts";
import { firstNamed } from "./first-named.ts";
import { jitDumpResolver } from "./jit-dump.ts";
import { type KernelSymbols, parseKallsyms } from "./kallsyms.ts";
import { kernelFacts } from "./kernel-debug-info.ts";
import { LineBuilder } from "./line-builder.ts";
import { MappingBuilder } from "./mapping-builder.ts";
import { BuildIdMismatch, nameBinary } from "./name-binary.ts";
import { nameKernel } from "./name-kernel.ts";
import { perfMapResolver } from "./perf-map.ts";
import { ReportBuilder } from "./report-builder.ts";
import type { ResolvedFrames } from "./resolver.ts";
import type { SymbolSources } from "./symbol-sources.ts";
import type { SymbolizationReport } from "./symbolization-report.ts";

/** `done` of `total` mappings; `what` is the file that is read next, "" at the end. */
export type SymbolizationProgress = (done: number, total: number, what: string) => void;

/**
 * A new profile with names: functions and lines filled in, locations in the same rows as before.
 *
 * - `returnAddress` has one entry a location: 1 = the address is a return address, so the byte before it is looked up.
 *   The address itself stays what it was.
 * - Addresses in files become ELF virtual addresses, and their mapping the segment that holds them (one row a segment),
 *   with the file's build ID. Kernel addresses in modules move to a mapping `[module]`.
 * - A function without a name is named by where it begins in its file (`libc.so.6+0x1234`), as far as unwind tables tell. Any other
 *   location without a name gets no line; its mapping then tells what is known (`profile/frame-name.ts`).
 * - Locations that have lines are left alone.
 *
 * Never throws on what files hold: what can't be read is told in the report. Between mappings it lets other work run.
 */
export async function symbolizeProfile(
  profile: Profile,
  returnAddress: Uint8Array,
  sources: SymbolSources,
  options: NamingOptions = { inlines: true },
  onProgress: SymbolizationProgress = () => {},
): Promise<{ profile: Profile; report: SymbolizationReport }> {
  const strings = new AppendableStrings(profile.strings);
  const demangler = createDemangler();
  const lines = new LineBuilder(profile, strings, (name) => demangler.demangle(name));
  const mappings = new MappingBuilder(profile.mappings, strings);
  const report = new ReportBuilder();
  const address = profile.locations.address.slice(0, profile.locations.length);
  /** Part of its mapping that each location moved to, -1: none. */
  const part = new Int32Array(profile.locations.length).fill(-1);
  const flags = new Uint8Array(profile.locations.length);

  const namer = new MappingNamer(profile, sources, options, report, mappings);
  const groups = groupByMapping(profile, returnAddress);
  let done = 0;
  for (const [row, group] of groups) {
    const file = mappingFile(profile, row);
    onProgress(done++, groups.size, file);
    await new Promise((resume) => setImmediate(resume));
    const names = await namer.name(row, file, group);
    if (names === undefined) continue;
    const firstPart = mappings.addParts(row, names.mappings);
    for (let i = 0; i < group.locations.length; i++) {
      const location = group.locations[i];
      address[location] = names.addresses[i];
      if (names.mapping[i] >= 0) part[location] = firstPart + names.mapping[i];
      const index = names.frame[i];
      if (index < 0 || names.frames.frameStart[index + 1] === names.frames.frameStart[index]) continue;
      lines.add(location, names.frames, index, !isPerfMapPath(file));
      flags[location] = flagsOf(names.frames, index);
    }
  }
  onProgress(done, groups.size, "");

  const { locations } = profile;
  for (let location = 0; location < locations.length; location++) {
    const row = locations.mapping[location];
    if (row >= 0) mappings.place(row, part[location], flags[location]);
  }
  const { table, rowOf } = mappings.finish();
  const { functions, lines: lineTable, lineStart } = lines.finish();
  const mapping = Int32Array.from({ length: locations.length }, (_, location) =>
    locations.mapping[location] < 0 ? -1 : rowOf(locations.mapping[location], part[location]),
  );
  const named: Profile = {
    ...profile,
    strings: strings.strings,
    locations: { length: locations.length, mapping, address, lineStart },
    lines: lineTable,
    functions,
    mappings: table,
  };
  return { profile: named, report: report.finish(profile, named) };
}

function mappingFile(profile: Profile, row: number): string {
  return row < 0 ? "" : profile.strings[profile.mappings.file[row]];
}

/** The locations without lines of each mapping row that has any. Without mapping there is nothing to ask. */
function groupByMapping(profile: Profile, returnAddress: Uint8Array): Map<number, AddressGroup> {
  const { locations } = profile;
  const members = new Map<number, number[]>();
  for (let location = 0; location < locations.length; location++) {
    const row = locations.mapping[location];
    if (row < 0 || locations.lineStart[location] < locations.lineStart[location + 1]) continue;
    const list = members.get(row);
    if (list === undefined) members.set(row, [location]);
    else list.push(location);
  }
  const groups = new Map<number, AddressGroup>();
  for (const [row, list] of [...members].sort(([a], [b]) => a - b)) {
    groups.set(row, {
      locations: Int32Array.from(list),
      addresses: Float64Array.from(list, (location) => locations.address[location]),
      lookups: Float64Array.from(
        list,
        (location) => locations.address[location] - (returnAddress[location] === 1 ? 1 : 0),
      ),
    });
  }
  return groups;
}

function flagsOf(frames: ResolvedFrames, index: number): number {
  const first = frames.frameStart[index];
  const end = frames.frameStart[index + 1];
  let flags: number = MappingFlag.hasFunctions;
  if (end - first > 1) flags |= MappingFlag.hasInlineFrames;
  for (let row = first; row < end; row++) {
    if ((frames.file?.[row] ?? "") !== "") flags |= MappingFlag.hasFilenames;
    if ((frames.line?.[row] ?? 0) > 0) flags |= MappingFlag.hasLineNumbers;
  }
  return flags;
}

/** Names one mapping row's addresses by what kind of mapping it is. */
class MappingNamer {
  readonly #profile: Profile;
  readonly #sources: SymbolSources;
  readonly #options: NamingOptions;
  readonly #report: ReportBuilder;
  readonly #mappings: MappingBuilder;
  #kernel: KernelSymbols | undefined;

  constructor(
    profile: Profile,
    sources: SymbolSources,
    options: NamingOptions,
    report: ReportBuilder,
    mappings: MappingBuilder,
  ) {
    this.#profile = profile;
    this.#sources = sources;
    this.#options = options;
    this.#report = report;
    this.#mappings = mappings;
  }

  /** undefined: nothing is known; the locations stay as they are. */
  async name(row: number, file: string, group: AddressGroup): Promise<GroupNames | undefined> {
    const kind = frameKind(file);
    if (kind === "kernel") return this.#nameKernel(file, group);
    if (isPerfMapPath(file)) return this.#nameRunTimeCode(file, group);
    // `[heap]`, `[stack]`, `[anon]` and the like are no files.
    if (file === "" || (file.startsWith("[") && file !== VDSO_MAPPING)) return undefined;
    return this.#nameFile(row, file, group);
  }

  async #nameKernel(file: string, group: AddressGroup): Promise<GroupNames | undefined> {
    if (this.#kernel === undefined) {
      const bytes = this.#sources.kallsyms();
      this.#kernel =
        bytes.found === undefined
          ? {
              kind: "empty",
              explanation: `The kernel's symbols can't be read: /proc/kallsyms ${bytes.missing}.`,
            }
          : parseKallsyms(bytes.found);
      if (this.#kernel.kind !== "symbols") this.#report.warn(this.#kernel.explanation);
    }
    if (this.#kernel.kind !== "symbols") return undefined;
    const { table } = this.#kernel;
    const facts = kernelFacts(this.#sources, table, this.#options, (what, reason) =>
      this.#report.debugProblem(what, reason),
    );
    return nameKernel(table, group, file, facts);
  }

  /** By the dump that the run-time compiler keeps of its code, which knows lines, and by its perf map where that tells nothing. */
  #nameRunTimeCode(file: string, group: AddressGroup): GroupNames | undefined {
    const pid = Number(file.replace(/\D+/g, ""));
    const dump = this.#sources.jitDump?.(pid);
    const map = this.#sources.perfMap(pid);
    try {
      const byDump = dump?.found && jitDumpResolver(dump.found);
      const byMap = map.found && perfMapResolver(map.found);
      if (!byDump && map.found === undefined) {
        this.#report.perfMapMissing(pid, file, map);
        return undefined;
      }
      const resolvers = [byDump, byMap].filter((resolver) => resolver !== undefined);
      const names = resolveLookups(firstNamed(resolvers), group.lookups);
      if (byDump) this.#report.jitDumpRead(pid, byDump, byMap === undefined);
      if (byMap) this.#report.perfMapRead(file, byMap);
      const stays = new Int32Array(group.locations.length).fill(-1);
      return { addresses: group.addresses, mapping: stays, mappings: [], ...names };
    } finally {
      dump?.found?.close();
      map.found?.close();
    }
  }

  async #nameFile(row: number, file: string, group: AddressGroup): Promise<GroupNames | undefined> {
    const opened = this.#sources.openMapping(row, file);
    if (opened.found === undefined) {
      this.#report.unreadable(file, opened.missing);
      return undefined;
    }
    const { mappings, strings } = this.#profile;
    try {
      const { names, buildId, problem, debugProblems } = await nameBinary(
        opened.found,
        {
          file,
          root: this.#sources.mappingRoot?.(row),
          start: mappings.start[row],
          fileOffset: mappings.fileOffset[row],
          buildId: strings[mappings.buildId[row]],
        },
        group,
        this.#options,
      );
      this.#mappings.setBuildId(row, buildId);
      if (problem !== undefined) this.#report.unreadable(file, problem);
      for (const reason of debugProblems) this.#report.debugProblem(file, reason);
      return names;
    } catch (error) {
      if (error instanceof BuildIdMismatch) this.#report.warn(`${file} ${error.message}.`);
      else if (error instanceof ElfError) this.#report.unreadable(file, error.message);
      else throw error;
      return undefined;
    } finally {
      opened.found.close();
    }
  }
}
