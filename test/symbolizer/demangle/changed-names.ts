import { mutations } from "../judges.ts";

/** `name` with some characters changed, 3,000 times, and each of its beginnings. */
export function* changedNames(name: string, seed: number): Generator<string> {
  for (const mutated of mutations(new TextEncoder().encode(name), 3000, seed)) {
    yield new TextDecoder("latin1").decode(mutated);
  }
  for (let end = 0; end <= name.length; end++) yield name.slice(0, end);
}
