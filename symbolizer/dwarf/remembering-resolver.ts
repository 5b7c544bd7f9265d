import { FramesBuilder } from "../frames-builder.ts";
import type { DwarfFrames, DwarfResolver } from "./dwarf-resolver.ts";
import { KnownAnswers, writeAnswers } from "./known-answers.ts";

/** Where answers are kept from one run to the next. */
export interface AnswerStore {
  load(): Uint8Array | undefined;
  save(content: Uint8Array): void;
}

export interface RememberingResolver extends DwarfResolver {
  /** Keeps what was learnt. */
  close(): void;
}

/** Fewer new answers than these, or than this part of the known ones, are not worth the writing. */
const WORTH_SAVING = 16;
const WORTH_PART = 1 / 64;
/** More is not kept of one run: a co-process may be asked line by line for days. */
const MAX_LOOKUPS = 1024;
const MAX_FRESH = 1 << 17;

/**
 * A resolver that asks `dwarf` only for code that the store has no answer for yet. Nothing is kept of a file in whose
 * debug information something was wrong: what is damaged or missing may be there the next time.
 */
export function rememberingResolver(dwarf: DwarfResolver, store: AnswerStore): RememberingResolver {
  let known: KnownAnswers | undefined;
  let isLoaded = false;
  const fresh: DwarfFrames[] = [];
  let freshCount = 0;

  function lookup(addresses: Float64Array): DwarfFrames {
    if (!isLoaded) {
      isLoaded = true;
      const content = store.load();
      known = content && KnownAnswers.read(content);
    }
    if (known === undefined) return learn(addresses);
    const rows = new Int32Array(addresses.length);
    let missing = 0;
    for (let i = 0; i < addresses.length; i++) {
      rows[i] = known.find(addresses[i]);
      if (rows[i] < 0) missing++;
    }
    if (missing === addresses.length) return learn(addresses);
    const rest = new Float64Array(missing);
    for (let i = 0, next = 0; i < rows.length; i++) if (rows[i] < 0) rest[next++] = addresses[i];
    return joined(rows, known, missing === 0 ? undefined : learn(rest));
  }

  function learn(addresses: Float64Array): DwarfFrames {
    const learnt = dwarf.lookup(addresses);
    if (fresh.length < MAX_LOOKUPS && freshCount + addresses.length <= MAX_FRESH) {
      fresh.push(learnt);
      freshCount += addresses.length;
    }
    return learnt;
  }

  return {
    lookup,
    resolve: (addresses) => lookup(addresses).frames,
    problems: () => dwarf.problems(),
    close() {
      const least = Math.max(WORTH_SAVING, (known?.count ?? 0) * WORTH_PART);
      if (freshCount >= least && dwarf.problems().length === 0) store.save(writeAnswers(fresh, known));
      fresh.length = 0;
    },
  };
}

/** The answers at `rows` of what is known, and for rows of -1 those of `learnt`, in their order. */
function joined(rows: Int32Array, known: KnownAnswers, learnt: DwarfFrames | undefined): DwarfFrames {
  const frames = new FramesBuilder();
  const bareFile: string[] = [];
  const bareLine = new Int32Array(rows.length);
  const bareColumn = new Int32Array(rows.length);
  const from = new Float64Array(rows.length);
  const to = new Float64Array(rows.length);
  let next = 0;
  for (let i = 0; i < rows.length; i++) {
    const row = rows[i];
    if (row >= 0) {
      for (let f = known.frameStart[row]; f < known.frameStart[row + 1]; f++) {
        const name = known.string(known.name[f]);
        const file = known.string(known.file[f]);
        frames.add(name, file, known.line[f], known.column[f], known.startLine[f], known.enclosing(f));
      }
      bareFile.push(known.string(known.bareFile[row]));
      bareLine[i] = known.bareLine[row];
      bareColumn[i] = known.bareColumn[row];
      from[i] = known.from[row];
      to[i] = known.to[row];
    } else if (learnt !== undefined) {
      frames.addAll(learnt.frames, next);
      bareFile.push(learnt.bareFile[next]);
      bareLine[i] = learnt.bareLine[next];
      bareColumn[i] = learnt.bareColumn[next];
      from[i] = learnt.from[next];
      to[i] = learnt.to[next];
      next++;
    }
    frames.endAddress();
  }
  return { frames: frames.finish(), bareFile, bareLine, bareColumn, from, to };
}
