import { compileExpression, firstStep, type Step } from "./expression-program.ts";
import { parseExpression } from "./expression-tree.ts";

export { UnsupportedExpression } from "./unsupported-expression.ts";

/** States are forgotten when there are this many, so that no expression fills the memory. */
const MAX_STATES = 1_000;
const ASCII = 128;

/** Where the machine can be between two characters, and what each character leads to, as far as it was asked. */
interface State {
  /** Steps that the next character meets, in order. */
  steps: readonly number[];
  /** What lay before: nothing, or whether it was a letter of a word. */
  atBegin: boolean;
  afterWord: boolean;
  /** By code below `ASCII`; undefined is not known yet. MATCHED: the text matches, whatever follows. */
  next: (State | undefined)[];
  others: Map<string, State>;
  /** Whether the text matches when it ends here; undefined is not known yet. */
  matchesAtEnd: boolean | undefined;
}

/**
 * A regular expression that is searched for in time linear in the text, so that none that a person types (`(a+)+$`)
 * can hang a page: a machine that follows all ways at once, whose states are kept. Finds what the browser's own
 * `RegExp` finds; look-around and back-references are not taken.
 */
export class LinearRegExp {
  readonly #program: readonly Step[];
  readonly #isUnicode: boolean;
  readonly #isWord: RegExp;
  #states = new Map<string, State>();
  #start: State;

  /** Throws a `SyntaxError` or an `UnsupportedExpression`. Case is ignored unless `matchCase`. */
  constructor(source: string, matchCase: boolean) {
    const flags = checkedFlags(source, matchCase ? "" : "i");
    this.#program = compileExpression(parseExpression(source, flags));
    this.#isUnicode = flags.includes("u");
    this.#isWord = new RegExp("^\\w$", flags);
    this.#start = this.#state([firstStep(this.#program)], true, false);
  }

  /** Whether any part of `text` matches. */
  test(text: string): boolean {
    let state = this.#start;
    for (let at = 0; at < text.length; ) {
      const code = text.charCodeAt(at);
      let next: State | undefined;
      if (code < ASCII) {
        next = state.next[code];
        if (next === undefined) {
          next = this.#step(state, text[at]);
          state.next[code] = next;
        }
        at++;
      } else {
        const character = this.#isUnicode ? String.fromCodePoint(text.codePointAt(at) ?? code) : text[at];
        next = state.others.get(character);
        if (next === undefined) {
          next = this.#step(state, character);
          state.others.set(character, next);
        }
        at += character.length;
      }
      if (next === MATCHED) return true;
      state = next;
    }
    state.matchesAtEnd ??= this.#reach(state, undefined) === "match";
    return state.matchesAtEnd;
  }

  #step(state: State, character: string): State {
    const reached = this.#reach(state, character);
    if (reached === "match") return MATCHED;
    // A match may begin at each character.
    const next = new Set<number>([firstStep(this.#program)]);
    for (const at of reached) {
      const step = this.#program[at];
      if (step.kind === "atom" && step.test(character)) next.add(step.next);
    }
    return this.#state(
      [...next].sort((a, b) => a - b),
      false,
      this.#isWord.test(character),
    );
  }

  /** The atoms to be tried on `character` (undefined: the text ends), or that there is a match before it. */
  #reach({ steps, atBegin, afterWord }: State, character: string | undefined): "match" | Set<number> {
    const atBoundary = afterWord !== (character !== undefined && this.#isWord.test(character));
    const seen = new Set(steps);
    // A set is walked in the order of insertion, those added on the way too.
    for (const at of seen) {
      const step = this.#program[at];
      if (step.kind === "match") return "match";
      if (step.kind === "fork") seen.add(step.next).add(step.other);
      else if (
        (step.kind === "begin" && atBegin) ||
        (step.kind === "end" && character === undefined) ||
        (step.kind === "boundary" && atBoundary) ||
        (step.kind === "inside" && !atBoundary)
      ) {
        seen.add(step.next);
      }
    }
    return seen;
  }

  #state(steps: readonly number[], atBegin: boolean, afterWord: boolean): State {
    const key = `${atBegin} ${afterWord} ${steps.join(" ")}`;
    let state = this.#states.get(key);
    if (state === undefined) {
      if (this.#states.size >= MAX_STATES) this.#forget();
      state = { steps, atBegin, afterWord, next: [], others: new Map(), matchesAtEnd: undefined };
      this.#states.set(key, state);
    }
    return state;
  }

  /** States know those that follow them; cut off from the start, they go when the text under way has been read. */
  #forget(): void {
    this.#states = new Map();
    this.#start = { ...this.#start, next: [], others: new Map() };
  }
}

const MATCHED: State = {
  steps: [],
  atBegin: false,
  afterWord: false,
  next: [],
  others: new Map(),
  matchesAtEnd: true,
};

/** With the `u` flag if that takes it; without, more is allowed, such as needless escapes copied from other tools. */
function checkedFlags(source: string, flags: string): string {
  try {
    new RegExp(source, `${flags}u`);
    return `${flags}u`;
  } catch {
    new RegExp(source, flags);
    return flags;
  }
}
