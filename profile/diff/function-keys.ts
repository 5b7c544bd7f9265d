import { isPlaceName, UNKNOWN_NAME } from "../frame-name.ts";
import { buildFrames, type FrameTable, frameModule, frameName, kindCode } from "../frames.ts";
import type { Profile } from "../profile.ts";
import { type KeyOptions, normalizeModule, normalizeName } from "./function-key.ts";
import { pairModules } from "./module-pairs.ts";

/** The functions (and processes) of both sides: a row is what counts as one thing before and after. */
export interface FunctionKeys {
  length: number;
  /** Name for people, without what differs from build to build. */
  name: string[];
  /** File that holds it, as `normalizeModule` has it; "" for processes and unknown ones. */
  module: string[];
  /** Index into `FRAME_KINDS`. */
  kind: number[];
}

/** Key of the root, "all". */
export const ROOT_KEY = 0;

/** The keys that each location of a profile stands for, outermost first, as in `ProfileFrames`. */
export interface KeyedLocations {
  start: Int32Array;
  key: Int32Array;
}

export interface MatchOptions extends KeyOptions {
  /** Functions of the before side that are called otherwise after: `[old, new]`. */
  renames?: readonly (readonly [string, string])[];
}

/** Interns keys. */
export class KeyTable implements FunctionKeys {
  readonly name: string[] = ["all"];
  readonly module: string[] = [""];
  readonly kind: number[] = [kindCode("root")];
  /** Keys that stand for many addresses: neighbours in a stack are one frame. */
  readonly joined = new Set<number>();
  readonly #rows = new Map<string, number>();

  get length(): number {
    return this.name.length;
  }

  function(name: string, module: string, kind: number): number {
    return this.#row(`f ${module}\n${name}`, name, module, kind);
  }

  process(name: string): number {
    return this.#row(`p ${name}`, name, "", kindCode("process"));
  }

  /** The row of a function that is there already; -1 for one that is not. */
  find(name: string, module: string): number {
    return this.#rows.get(`f ${module}\n${name}`) ?? -1;
  }

  #row(identity: string, name: string, module: string, kind: number): number {
    let row = this.#rows.get(identity);
    if (row === undefined) {
      row = this.name.push(name) - 1;
      this.module.push(module);
      this.kind.push(kind);
      this.#rows.set(identity, row);
    }
    return row;
  }
}

/**
 * Gives each frame of the profiles its key. A function is its normalised name in its file; an inlined one is the same
 * as one that is called. What has no name is told apart only where both sides have a file of the same build
 * ID; otherwise places mean nothing to each other, and all of a file are one row.
 */
export function keyLocations(
  before: readonly Profile[],
  after: readonly Profile[],
  options: MatchOptions = {},
): { keys: KeyTable; before: KeyedLocations[]; after: KeyedLocations[] } {
  const keys = new KeyTable();
  const renames = new Map(options.renames?.map(([from, to]) => [normalizeName(from, options), to]));
  const framesBefore = before.map(buildFrames);
  const framesAfter = after.map(buildFrames);
  const namesOf = (frames: readonly { table: FrameTable }[]) => namesByModule(frames, options);
  const [namesBefore, namesAfter] = [namesOf(framesBefore), namesOf(framesAfter)];
  const moduleBefore = pairModules(namesBefore, namesAfter);
  // Folded stacks and their like know no files: then names alone must do, on both sides.
  const hasModules = namesBefore.size > 0 && namesAfter.size > 0;
  const idsBefore = buildIds(before);
  const idsAfter = buildIds(after);

  const keyed = (profiles: readonly Profile[], frames: typeof framesBefore, isBefore: boolean) =>
    profiles.map((profile, index) => {
      const { table, start, frame, line } = frames[index];
      const keyOfFrame = new Int32Array(table.length).fill(-1);
      const key = new Int32Array(frame.length);
      for (let location = 0; location < profile.locations.length; location++) {
        for (let at = start[location]; at < start[location + 1]; at++) {
          const row = frame[at];
          // A frame that has its key was judged before.
          const isUnnamed =
            line[at] < 0 ||
            (keyOfFrame[row] < 0 && isPlaceName(frameName(table, row), frameModule(table, row)));
          if (hasModules && isUnnamed) {
            const others = isBefore ? idsAfter : idsBefore;
            key[at] = unnamedKey(keys, profile, location, table, row, others);
            continue;
          }
          if (keyOfFrame[row] < 0) {
            const bare = normalizeModule(frameModule(table, row));
            const paired = isBefore ? (moduleBefore.get(bare) ?? bare) : bare;
            const module = hasModules ? paired : "";
            const name = normalizeName(frameName(table, row), options);
            keyOfFrame[row] = keys.function(
              isBefore ? (renames.get(name) ?? name) : name,
              module,
              table.kind[row],
            );
          }
          key[at] = keyOfFrame[row];
        }
      }
      return { start, key };
    });
  // The after side first: its names are those that people know now.
  const keyedAfter = keyed(after, framesAfter, false);
  return { keys, before: keyed(before, framesBefore, true), after: keyedAfter };
}

/** The key of an address, or of a function, without a name. */
function unnamedKey(
  keys: KeyTable,
  profile: Profile,
  location: number,
  table: FrameTable,
  row: number,
  otherIds: ReadonlyMap<string, ReadonlySet<string>>,
): number {
  const mapping = profile.locations.mapping[location];
  const module = normalizeModule(frameModule(table, row));
  if (mapping < 0 || module === "") return keys.function(UNKNOWN_NAME, "", table.kind[row]);
  const buildId = profile.strings[profile.mappings.buildId[mapping]];
  const isKnown = buildId !== "" && otherIds.get(module)?.has(buildId);
  if (isKnown) return keys.function(frameName(table, row), module, table.kind[row]);
  const key = keys.function(`[unnamed in ${module}]`, module, table.kind[row]);
  keys.joined.add(key);
  return key;
}

/** The build IDs of each file. */
function buildIds(profiles: readonly Profile[]): Map<string, Set<string>> {
  const ids = new Map<string, Set<string>>();
  for (const { mappings, strings } of profiles) {
    for (let row = 0; row < mappings.length; row++) {
      const module = normalizeModule(strings[mappings.file[row]]);
      const known = ids.get(module) ?? new Set();
      ids.set(module, known.add(strings[mappings.buildId[row]]));
    }
  }
  return ids;
}

function namesByModule(
  frames: readonly { table: FrameTable }[],
  options: KeyOptions,
): Map<string, Set<string>> {
  const names = new Map<string, Set<string>>();
  for (const { table } of frames) {
    for (let row = 0; row < table.length; row++) {
      const module = normalizeModule(frameModule(table, row));
      if (module === "") continue;
      const known = names.get(module) ?? new Set();
      names.set(module, known.add(normalizeName(frameName(table, row), options)));
    }
  }
  return names;
}
