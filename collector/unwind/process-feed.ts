import { VDSO_MAPPING } from "../../profile/frame-kind.ts";
import type { ProcessEvents, UnwindTableCounters, UnwindTableSource } from "../contract.ts";
import type { Mapping } from "../process/address-space.ts";
import { mappedKind, stripDeleted } from "../process/mapped-file.ts";
import { type MappingList, mappingAt, mappingList, withMapping } from "./mapping-list.ts";
import { TABLE_BY_NATURE_NONE, TABLE_COMING, TABLE_MISSING } from "./memory-format.ts";
import { type BlockEntry, bareEntry, encodeBlock, tableEntries } from "./process-block.ts";
import { ProcessIndex } from "./process-index.ts";
import type { ProcessReader } from "./process-reader.ts";
import { isFollowedCode, RunTimeTables } from "./run-time-tables.ts";
import type { Shards } from "./shards.ts";
import { nothingToOpen, type OpenFile, RUN_TIME_CODE, type TableFile, TableStore } from "./table-store.ts";

/** The mappings of a program image, shared by the processes that were forked from it as long as theirs are the same. */
interface Image {
  check: number;
  mappings: MappingList;
  files: Set<TableFile>;
  pids: Set<number>;
  /** Place of its block in the shards. */
  block: number | undefined;
  /** Round in which one of its processes was last sampled. */
  usedRound: number;
}

/** Rounds (drains) for which it is remembered that a process has no user code. */
const CODELESS_ROUNDS = 16;
/** Rounds for which the end of an exec is looked for; then the process is left until it is sampled. */
const EXEC_ROUNDS = 8;

const GONE: ReturnType<OpenFile> = { fd: undefined, problem: "it is gone" };

/** Which processes are told of to the kernel side from their first record on; others when they are sampled first. */
export type FollowedProcesses = "all" | "known";

/**
 * Keeps the process index and the process blocks in the shards true, from the records of forks, execs and mappings and
 * from /proc. A child has its parent's block until it maps something itself; an exec begins with what /proc shows. A block
 * bears a word that tells the image (`image-check.ts`), so a block that is out of date is never used for another program.
 */
export class ProcessFeed implements ProcessEvents {
  readonly #shards: Shards;
  readonly #reader: ProcessReader;
  readonly #followed: FollowedProcesses;
  readonly #tables: TableStore;
  readonly #index: ProcessIndex;
  readonly #runTime: RunTimeTables;
  readonly #images = new Map<number, Image>();
  readonly #imagesOf = new Map<TableFile, Set<Image>>();
  readonly #changed = new Set<Image>();
  readonly #ended = new Set<number>();
  /** Processes whose whole life was told, and that never had a second thread. */
  readonly #singleThreaded = new Set<number>();
  /** Processes that executed something and were gone when /proc was read, until their end is told. */
  readonly #missed = new Set<number>();
  /** Processes whose exec was not over when /proc was read, and the round in which that was seen first. */
  readonly #executing = new Map<number, number>();
  /** Sampled processes of which /proc shows no mappings: the kernel's threads. */
  readonly #codeless = new Set<number>();
  #round = 1;
  #sampling = false;
  #closed = false;

  /** The shards must have their first one. */
  constructor(source: UnwindTableSource, shards: Shards, followed: FollowedProcesses, reader: ProcessReader) {
    this.#shards = shards;
    this.#followed = followed;
    this.#reader = reader;
    this.#index = new ProcessIndex(shards.memory(0));
    this.#tables = new TableStore(source, shards, (file) => this.#tableChanged(file));
    this.#runTime = new RunTimeTables(source, reader, this.#tables);
  }

  get progress(): { files: number; answered: number } {
    return this.#tables.progress;
  }

  counters(): UnwindTableCounters {
    return this.#tables.counters();
  }

  /** Reads /proc for a process that is not known yet. */
  ensure(pid: number): void {
    if (!this.#images.has(pid)) this.#snapshot(pid);
  }

  /** A file that will be executed soon: its table is got ready. */
  expect(path: string): void {
    const mapping = this.#reader.file(path);
    if (mapping) this.#fileOf(0, mapping);
  }

  /** What the tables tell of `address` in a mapping that process `pid` has or had. Its file is asked for if it is new. */
  entryAt(pid: number, mapping: Mapping, address: number): BlockEntry {
    const holds = ({ start, end }: BlockEntry) => start <= address && address < end;
    const own = mappingAt(this.#images.get(pid)?.mappings ?? [], address);
    const isOwn = own?.start === mapping.start && own.end === mapping.end;
    const entries = this.#entriesOf(pid, isOwn ? own : mapping);
    return entries.find(holds) ?? bareEntry(mapping, TABLE_MISSING);
  }

  /** To be called for the process of each stack that is read. */
  sampled(pid: number): void {
    const image = this.#images.get(pid);
    if (!image) this.#meet(pid);
    else if (image.usedRound !== this.#round) {
      image.usedRound = this.#round;
      for (const file of image.files) {
        file.usedRound = this.#round;
        if (file.state === "no-room") this.#tables.again(file, () => this.#open(pid, file));
      }
    }
  }

  /** To be called where the walk of a stack ended before its thread's beginning, or may have: in code without frame pointers. */
  endedAt(pid: number, address: number): void {
    const image = this.#images.get(pid);
    if (image === undefined) return;
    const mapping = mappingAt(image.mappings, address);
    if (mapping === undefined || mappedKind(mapping.file) !== "runtime") return;
    if (this.#runTime.endedIn(pid, mapping, this.#round)) this.#setMappings(pid, image, image.mappings);
  }

  /** A process that is sampled and not known, unless it turned out a while ago to have no user code. */
  #meet(pid: number): void {
    if (this.#codeless.has(pid)) return;
    this.#snapshot(pid);
    if (!this.#images.has(pid) && !this.#executing.has(pid)) this.#codeless.add(pid);
  }

  mmap(pid: number, _time: number, mapping: Parameters<ProcessEvents["mmap"]>[2]): void {
    const image = this.#images.get(pid);
    const { start, length, fileOffset, inode, file } = mapping;
    const mapped = { start, end: start + length, fileOffset, inode, file };
    if (!image) {
      // It was over before /proc was read. The next that executes the same will find its table.
      if (this.#followed === "all" || this.#missed.has(pid)) this.#fileOf(pid, mapped);
      return;
    }
    let mappings = withMapping(image.mappings, mapped);
    if (mappings === image.mappings) {
      // What lies there may be other code than what was followed.
      const same = mappingAt(mappings, start);
      if (same === undefined || !this.#runTime.isFollowed(same)) return;
      mappings = mappings.map((each) => (each === same ? mapped : each));
    }
    if (image.pids.size === 1) this.#setMappings(pid, image, mappings);
    else this.#setImage(pid, image.check, mappings);
  }

  comm(pid: number, _tid: number, _time: number, _comm: string, exec: boolean): void {
    if (!exec) return;
    if (this.#followed === "known" && !this.#images.has(pid) && !this.#executing.has(pid)) return;
    this.#runTime.forget(pid);
    this.#snapshot(pid);
    if (!this.#images.has(pid)) this.#missed.add(pid);
  }

  fork(pid: number, parentPid: number, _time: number): void {
    this.#ended.delete(pid);
    const parent = this.#images.get(parentPid);
    if (parent) this.#join(pid, parent);
    else if (this.#followed === "all") this.#snapshot(pid);
    if (this.#images.has(pid)) this.#singleThreaded.add(pid);
  }

  newThread(pid: number): void {
    this.#singleThreaded.delete(pid);
  }

  exit(pid: number, tid: number, _time: number): void {
    if (pid !== tid) return;
    this.#missed.delete(pid);
    this.#executing.delete(pid);
    if (this.#images.has(pid)) this.#ended.add(pid);
    else this.#singleThreaded.delete(pid);
  }

  gap(_since: number): void {
    this.#singleThreaded.clear();
    for (const pid of [...this.#images.keys()]) this.#snapshot(pid);
  }

  /** Whether there is more to read than records tell: an exec ends without one. */
  get awaitsExec(): boolean {
    return this.#executing.size > 0;
  }

  /** Writes what has changed into the shards. */
  flush(): void {
    // A shard may come when it is not waited for any more, and their memory is gone.
    if (this.#closed) return;
    for (const pid of [...this.#executing.keys()]) this.#snapshot(pid);
    for (const image of [...this.#changed]) this.#write(image);
  }

  /** To be called when sampling begins. */
  begin(): void {
    this.#sampling = true;
  }

  /** To be called once a drain, when a barrier is over: forgets processes that ended, and uses the room that came free. */
  endRound(): void {
    this.#round++;
    if (this.#round % CODELESS_ROUNDS === 0) this.#codeless.clear();
    this.#runTime.endRound();
    for (const [pid, round] of this.#executing)
      if (round + EXEC_ROUNDS <= this.#round) this.#executing.delete(pid);
    for (const pid of this.#ended) {
      // The first thread of a process may end before the others. A look takes some tens of microseconds, and a shell has thousands of children.
      if (!this.#singleThreaded.delete(pid) && this.#reader.runs(pid)) continue;
      this.#ended.delete(pid);
      this.#runTime.forget(pid);
      this.#leave(pid);
      this.#index.delete(pid);
    }
    this.#tables.retry();
    this.flush();
  }

  close(): void {
    this.#closed = true;
    this.#tables.close();
  }

  /** What /proc shows of a process, if that is one image from the first look to the last. */
  #snapshot(pid: number): void {
    const shown = this.#reader.image(pid);
    if (shown !== "executing") this.#executing.delete(pid);
    else if (!this.#executing.has(pid)) this.#executing.set(pid, this.#round);
    if (shown !== undefined && shown !== "executing") {
      this.#setImage(pid, shown.check, mappingList(shown.mappings));
    } else {
      this.#leave(pid);
      this.#index.delete(pid);
    }
  }

  #setImage(pid: number, check: number, mappings: MappingList): void {
    const image: Image = {
      check,
      mappings: [],
      files: new Set(),
      pids: new Set(),
      block: undefined,
      usedRound: this.#round,
    };
    this.#join(pid, image);
    this.#setMappings(pid, image, mappings);
  }

  #setMappings(pid: number, image: Image, mappings: MappingList): void {
    image.mappings = mappings;
    const before = image.files;
    image.files = new Set();
    for (const mapping of mappings) {
      const file =
        mappedKind(mapping.file) === "runtime"
          ? this.#runTime.fileOfNew(pid, mapping, this.#round)
          : this.#fileOf(pid, mapping);
      if (file) image.files.add(file);
    }
    for (const file of before) if (!image.files.has(file)) this.#letGo(file, image);
    for (const file of image.files) {
      const images = this.#imagesOf.get(file);
      if (images) images.add(image);
      else this.#imagesOf.set(file, new Set([image]));
    }
    this.#changed.add(image);
  }

  #join(pid: number, image: Image): void {
    if (this.#images.get(pid) === image) return;
    this.#leave(pid);
    image.pids.add(pid);
    this.#images.set(pid, image);
    if (image.block !== undefined) this.#index.set(pid, image.block);
  }

  /** The process has that image no more; its slot of the index is the caller's affair. */
  #leave(pid: number): void {
    const image = this.#images.get(pid);
    if (!image) return;
    this.#images.delete(pid);
    image.pids.delete(pid);
    if (image.pids.size > 0) return;
    for (const file of image.files) this.#letGo(file, image);
    this.#changed.delete(image);
    if (image.block === undefined) return;
    // Nothing may lead to a block that is let go of.
    if (this.#index.get(pid) === image.block) this.#index.delete(pid);
    this.#shards.space.release(image.block);
  }

  /** An image that has a file mapped no more. */
  #letGo(file: TableFile, image: Image): void {
    const images = this.#imagesOf.get(file);
    images?.delete(image);
    if (images === undefined || images.size > 0 || !isFollowedCode(file)) return;
    this.#imagesOf.delete(file);
    this.#tables.forget(file);
  }

  /** The file behind a mapping, or what stands for one; undefined for memory of which nothing is known. */
  #fileOf(pid: number, mapping: Mapping): TableFile | undefined {
    const kind = mappedKind(mapping.file);
    if (kind === "runtime") return this.#runTime.fileOf(pid, mapping, this.#round);
    if (kind === "vdso") {
      return this.#tables.file(VDSO_MAPPING, VDSO_MAPPING, nothingToOpen, this.#round, true);
    }
    const path = stripDeleted(mapping.file);
    const open = () => this.#reader.open(pid, path, mapping);
    return this.#tables.file(`${mapping.inode} ${path}`, path, open, this.#round, this.#isUrgent());
  }

  /** Files of targets, and what is met while sampling goes on, come before those of a whole machine at the start. */
  #isUrgent(): boolean {
    return this.#followed === "known" || this.#sampling;
  }

  /** The file again, through a process that has it mapped. */
  #open(pid: number, file: TableFile): ReturnType<OpenFile> {
    if (file.path === VDSO_MAPPING) return nothingToOpen();
    const mapping = this.#images.get(pid)?.mappings.find((each) => this.#fileOf(pid, each) === file);
    if (mapping === undefined) return GONE;
    if (!isFollowedCode(file)) return this.#reader.open(pid, file.path, mapping);
    const code = this.#reader.constantCode(pid, mapping);
    return code === undefined ? GONE : { ...nothingToOpen(), code };
  }

  #tableChanged(file: TableFile): void {
    const images = this.#imagesOf.get(file) ?? [];
    for (const image of images) this.#changed.add(image);
    this.flush();
  }

  #entriesOf(pid: number, mapping: Mapping): BlockEntry[] {
    const file = this.#fileOf(pid, mapping);
    if (!file) return [bareEntry(mapping, TABLE_BY_NATURE_NONE)];
    const isFile = file.path !== RUN_TIME_CODE;
    // Memory has no offset in a file, whatever a record says.
    if (file.placed) return tableEntries(isFile ? mapping : { ...mapping, fileOffset: 0 }, file.placed);
    if (!isFile && file.state !== "asked") return [bareEntry(mapping, TABLE_BY_NATURE_NONE)];
    return [bareEntry(mapping, file.state === "asked" ? TABLE_COMING : TABLE_MISSING)];
  }

  /** Writes an image's block anew and lets its processes' slots lead there. */
  #write(image: Image): void {
    this.#changed.delete(image);
    const pid = [...image.pids][0] ?? 0;
    const entries = image.mappings.flatMap((mapping) => this.#entriesOf(pid, mapping));
    const place = this.#shards.putBlock(encodeBlock(entries, image.check));
    for (const pid of image.pids) {
      if (place === undefined || !this.#index.set(pid, place)) this.#index.delete(pid);
    }
    if (image.block !== undefined) this.#shards.space.release(image.block);
    image.block = place;
    if (place !== undefined) return;
    // Without a block the process is one that is not known, until there is room.
    this.#changed.add(image);
    if (this.#shards.canGrow) void this.#shards.grow().then(() => this.flush());
  }
}
