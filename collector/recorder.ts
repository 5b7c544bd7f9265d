import { KERNEL_MAPPING, perfMapPath, VDSO_MAPPING } from "../profile/frame-kind.ts";
import { cutFrameName } from "../profile/frame-name.ts";
import { GrowableFloat64, GrowableInt32 } from "../profile/growable.ts";
import { type LabelColumn, LabelKey, type Profile } from "../profile/profile.ts";
import { StackBuilder } from "../profile/stack-builder.ts";
import { StringTable } from "../profile/string-table.ts";
import { TupleInterner } from "../profile/tuple-interner.ts";
import type { ProcessEvents, RawStack, StackDepths } from "./contract.ts";
import type { AddressSpace, Mapping } from "./process/address-space.ts";
import { JitDumps } from "./process/jit-dumps.ts";
import { mappedKind } from "./process/mapped-file.ts";
import { OpenedFiles } from "./process/opened-files.ts";
import { ProcessRoots } from "./process/process-roots.ts";
import { ProcessTable, type TrackedProcess } from "./process/process-table.ts";
import { RuntimeCodeOwners } from "./process/runtime-code.ts";
import { cutCause, STACK_ENDS } from "./unwind/stack-end.ts";

/** A profile whose addresses have no names yet, and what is needed to find them. */
export interface UnnamedProfile {
  profile: Profile;
  /** 1 for locations that are return addresses: their call lies just before. */
  returnAddress: Uint8Array;
  /** By row of `profile.mappings`: a descriptor of the file, if one is held. */
  openedFile(mappingRow: number): number | undefined;
  /** By row of `profile.mappings`: why no descriptor is held. */
  fileProblem(mappingRow: number): string | undefined;
  /** By row of `profile.mappings`: root of the process that mapped the file; "" ours, undefined when unknown. */
  fileRoot(mappingRow: number): string | undefined;
  runtimeCode: RuntimeCodeOwners;
  /** By process: a descriptor of the dump that it keeps of its run-time code. */
  jitDump(pid: number): number | undefined;
}

export interface RecorderOptions {
  periodNanos: number;
  /** Whether samples carry the thread id. */
  perThread: boolean;
  /** Unix time in milliseconds at which recording began. */
  startedAt: number;
}

/** Columns of a sample, in the order in which they are put together. */
const STACK = 0;
const PID = 1;
const TID = 2;
const COMM = 3;
const THREAD = 4;
const SLICE = 5;

/** Location row by address; leaves and callers apart. */
interface LocationsByAddress {
  exact: Map<number, number>;
  returning: Map<number, number>;
}

/** Where an address was found in one address space, remembered until the space changes. */
interface SpaceCache extends LocationsByAddress {
  version: number;
}

/**
 * Turns the raw stacks of a session into a profile: each address becomes a location in the file that was mapped there
 * at the time, equal stacks become one. Locations of files are kept by file offset, so that a library that lies at a
 * different place in each process is the same in all.
 */
export class Recorder {
  readonly processes: ProcessTable;
  readonly #files: OpenedFiles;
  readonly #roots = new ProcessRoots();
  readonly #runtimeCode = new RuntimeCodeOwners(this.#roots);
  readonly #jitDumps: JitDumps;
  readonly #options: RecorderOptions;
  readonly #strings = new StringTable();
  readonly #stacks = new StackBuilder();
  readonly #samples = new TupleInterner();
  readonly #counts = new GrowableFloat64();

  readonly #locationMapping = new GrowableInt32();
  readonly #locationAddress = new GrowableFloat64();
  readonly #locationReturning = new GrowableInt32();
  /** By mapping row; -1: no mapping. */
  readonly #locations = new Map<number, LocationsByAddress>();

  readonly #mappingName: string[] = [];
  readonly #mappingFile: number[] = [];
  readonly #mappingLow = new GrowableFloat64();
  readonly #mappingHigh = new GrowableFloat64();
  readonly #mappingByKey = new Map<string, number>();
  readonly #spaceCaches = new WeakMap<AddressSpace, SpaceCache>();
  /** Samples by number, whatever they are counted as. */
  samples = 0;
  /** Samples whose kernel or user part was cut at the depth limit. */
  truncated = 0;
  /** Samples with a user stack, by why it ended (StackEnd). */
  readonly userEnds = new Float64Array(STACK_ENDS);
  /** Location rows of the frames that stand for roots that are missing, by the cause. */
  readonly #cutLocations = new Map<string, number>();

  constructor(options: RecorderOptions, processes = new ProcessTable()) {
    this.#options = options;
    this.processes = processes;
    this.#files = new OpenedFiles(options.startedAt, this.#roots);
    this.#jitDumps = new JitDumps(this.#files);
  }

  /** Where the session's process records go. */
  get events(): ProcessEvents {
    return this.processes;
  }

  get distinctStacks(): number {
    return this.#samples.length;
  }

  /** Takes one counted stack. `depths`: where the collector cuts. */
  add(raw: RawStack, depths: StackDepths): void {
    const { process, space, comm } = this.processes.at(raw.tgid, raw.firstNanos);
    if (raw.kernelLength >= depths.kernel || raw.userLength >= depths.user) this.truncated += raw.count;
    this.samples += raw.count;

    let stack = this.#cutRoot(raw);
    const cache = this.#cacheOf(space);
    for (let i = raw.userLength - 1; i >= 0; i--) {
      stack = this.#stacks.child(stack, this.#userLocation(process, space, cache, raw, i));
    }
    for (let i = raw.kernelLength - 1; i >= 0; i--) {
      stack = this.#stacks.child(stack, this.#location(this.#kernelMapping(), raw.kernel[i], i > 0));
    }

    // In the order of the constants above.
    const samples = this.#samples;
    samples.add(stack);
    samples.add(raw.tgid);
    samples.add(raw.tid);
    samples.add(this.#strings.intern(comm || raw.comm));
    samples.add(this.#strings.intern(raw.comm));
    samples.add(raw.slice);
    const row = samples.intern();
    if (row === this.#counts.length) this.#counts.push(raw.count);
    else this.#counts.add(row, raw.count);
  }

  /** Samples whose user stacks were cut, by the cause in words, the most first. */
  get cutStacks(): { cause: string; count: number }[] {
    return Array.from(this.userEnds, (count, end) => ({ cause: cutCause(end), count }))
      .filter((cut): cut is { cause: string; count: number } => cut.cause !== undefined && cut.count > 0)
      .sort((a, b) => b.count - a.count);
  }

  /** The profile of all that was added, without comments: what they tell is not all known yet. */
  finish(durationNanos: number): UnnamedProfile {
    const { periodNanos, startedAt } = this.#options;
    const counts = this.#counts.finish();
    const strings = this.#strings;
    const samples = {
      length: this.#samples.length,
      stack: this.#column(STACK),
      values: [counts, counts.map((count) => count * periodNanos)],
      labels: this.#labels(),
    };
    const locations = this.#locationMapping.length;
    const mappings = this.#mappingName.length;
    const cuts = this.#cutFrames(locations);
    const profile: Profile = {
      strings: strings.strings,
      sampleTypes: [
        { type: "samples", unit: "count" },
        { type: "cpu", unit: "nanoseconds" },
      ],
      samples,
      stacks: this.#stacks.finish(),
      locations: {
        length: locations,
        mapping: this.#locationMapping.finish(),
        address: this.#locationAddress.finish(),
        lineStart: cuts.lineStart,
      },
      lines: cuts.lines,
      functions: cuts.functions,
      mappings: {
        length: mappings,
        start: this.#mappingLow.finish(),
        limit: this.#mappingHigh.finish(),
        fileOffset: Float64Array.from(this.#mappingFile, (file, row) =>
          file >= 0 || this.#mappingName[row] === VDSO_MAPPING ? this.#mappingLow.get(row) : 0,
        ),
        file: Int32Array.from(this.#mappingName, (name) => strings.intern(name)),
        buildId: new Int32Array(mappings),
        flags: new Uint8Array(mappings),
      },
      periodType: { type: "cpu", unit: "nanoseconds" },
      period: periodNanos,
      timeNanos: startedAt * 1e6,
      durationNanos,
      comments: [],
    };
    return {
      profile,
      returnAddress: Uint8Array.from(this.#locationReturning.finish()),
      openedFile: (row) => this.#fileOf(row)?.fd,
      fileProblem: (row) => this.#fileOf(row)?.problem,
      fileRoot: (row) => this.#fileOf(row)?.root,
      runtimeCode: this.#runtimeCode,
      jitDump: (pid) => this.#jitDumps.fdOf(pid),
    };
  }

  /** Closes the files that were held for naming. */
  close(): void {
    this.#files.close();
    this.#roots.close();
  }

  /** The frame at the root of a user stack whose own root is missing; -1 for one that is whole, as far as is known. */
  #cutRoot({ userLength, userEnd, count }: RawStack): number {
    if (userLength === 0) return -1;
    if (userEnd < this.userEnds.length) this.userEnds[userEnd] += count;
    const cause = cutCause(userEnd);
    if (cause === undefined) return -1;
    let location = this.#cutLocations.get(cause);
    if (location === undefined) {
      location = this.#locationMapping.push(-1);
      this.#locationAddress.push(0);
      this.#locationReturning.push(0);
      this.#cutLocations.set(cause, location);
    }
    return this.#stacks.child(-1, location);
  }

  /** Names for the frames of missing roots: they lie at no address, so nobody else can name them. */
  #cutFrames(locations: number): Pick<Profile, "lines" | "functions"> & { lineStart: Int32Array } {
    const causes = [...this.#cutLocations].sort(([, a], [, b]) => a - b);
    const length = causes.length;
    const name = Int32Array.from(causes, ([cause]) => this.#strings.intern(cutFrameName(cause)));
    const lineStart = new Int32Array(locations + 1);
    for (const [, location] of causes) lineStart[location + 1] = 1;
    for (let location = 0; location < locations; location++) lineStart[location + 1] += lineStart[location];
    return {
      lineStart,
      lines: {
        length,
        function: Int32Array.from({ length }, (_, row) => row),
        line: new Int32Array(length),
        column: new Int32Array(length),
      },
      functions: {
        length,
        name,
        linkageName: new Int32Array(length),
        file: new Int32Array(length),
        startLine: new Int32Array(length),
      },
    };
  }

  #fileOf(mappingRow: number) {
    const file = this.#mappingFile[mappingRow];
    return file >= 0 ? this.#files.files[file] : undefined;
  }

  #labels(): LabelColumn[] {
    const strings = this.#strings;
    const ids = (column: Int32Array): Int32Array => column.map((id) => strings.intern(String(id)));
    const labels: LabelColumn[] = [
      { kind: "text", key: LabelKey.pid, values: ids(this.#column(PID)) },
      { kind: "text", key: LabelKey.comm, values: this.#column(COMM) },
      { kind: "text", key: LabelKey.thread, values: this.#column(THREAD) },
      {
        kind: "number",
        key: LabelKey.slice,
        unit: "",
        values: Float64Array.from(this.#column(SLICE)),
      },
    ];
    if (this.#options.perThread) {
      labels.splice(1, 0, { kind: "text", key: LabelKey.tid, values: ids(this.#column(TID)) });
    }
    return labels;
  }

  #column(index: number): Int32Array {
    const samples = this.#samples;
    return Int32Array.from({ length: samples.length }, (_, row) => samples.word(samples.start(row) + index));
  }

  #cacheOf(space: AddressSpace): SpaceCache {
    const known = this.#spaceCaches.get(space);
    if (known && known.version === space.version) return known;
    const fresh = { version: space.version, exact: new Map(), returning: new Map() };
    this.#spaceCaches.set(space, fresh);
    return fresh;
  }

  #userLocation(
    process: TrackedProcess,
    space: AddressSpace,
    cache: SpaceCache,
    raw: RawStack,
    index: number,
  ): number {
    const address = raw.user[index];
    // Entry 0 is where user code was interrupted or entered the kernel; the others are where calls will return to.
    const returning = index > 0;
    const cached = returning ? cache.returning : cache.exact;
    const known = cached.get(address);
    if (known !== undefined) return known;
    const mapping = space.find(returning ? address - 1 : address, raw.firstNanos);
    const location = this.#resolve(process, space, mapping, address, returning);
    // What lay there in the past must not be found again for a sample of now.
    if (!mapping || mapping.until === Number.POSITIVE_INFINITY) cached.set(address, location);
    return location;
  }

  #resolve(
    process: TrackedProcess,
    space: AddressSpace,
    mapping: Mapping | undefined,
    address: number,
    returning: boolean,
  ): number {
    if (!mapping) return this.#location(-1, address, returning);
    switch (mappedKind(mapping.file)) {
      case "vdso":
        return this.#location(
          this.#mapping(VDSO_MAPPING, VDSO_MAPPING, -1),
          address - mapping.start,
          returning,
        );
      case "runtime": {
        this.#runtimeCode.note(process.pid);
        this.#jitDumps.note(process.pid, space);
        const name = perfMapPath(process.pid);
        return this.#location(this.#mapping(name, name, -1), address, returning);
      }
      case "file": {
        const file = this.#files.fileOf(process.pid, mapping);
        const row = this.#mapping(`file ${file}`, this.#files.files[file].path, file);
        return this.#location(row, address - mapping.start + mapping.fileOffset, returning);
      }
    }
  }

  #kernelMapping(): number {
    return this.#mapping(KERNEL_MAPPING, KERNEL_MAPPING, -1);
  }

  #mapping(key: string, name: string, file: number): number {
    const known = this.#mappingByKey.get(key);
    if (known !== undefined) return known;
    const row = this.#mappingName.length;
    this.#mappingName.push(name);
    this.#mappingFile.push(file);
    this.#mappingLow.push(Number.POSITIVE_INFINITY);
    this.#mappingHigh.push(Number.NEGATIVE_INFINITY);
    this.#mappingByKey.set(key, row);
    return row;
  }

  #location(mapping: number, address: number, returning: boolean): number {
    let tables = this.#locations.get(mapping);
    if (!tables) {
      tables = { exact: new Map(), returning: new Map() };
      this.#locations.set(mapping, tables);
    }
    const table = returning ? tables.returning : tables.exact;
    const known = table.get(address);
    if (known !== undefined) return known;
    const row = this.#locationMapping.push(mapping);
    this.#locationAddress.push(address);
    this.#locationReturning.push(returning ? 1 : 0);
    if (mapping >= 0) {
      if (address < this.#mappingLow.get(mapping)) this.#mappingLow.set(mapping, address);
      if (address >= this.#mappingHigh.get(mapping)) this.#mappingHigh.set(mapping, address + 1);
    }
    table.set(address, row);
    return row;
  }
}
