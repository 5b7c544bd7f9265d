import fc from "fast-check";
import type { Profile } from "../../../profile/profile.ts";
import { madeProfile } from "../../viewer/made-profile.ts";

/** A few functions in many stacks, so that recursion and equal paths are frequent. */
export const arbitraryStacks: fc.Arbitrary<Profile> = fc
  .array(
    fc.record({
      names: fc.array(fc.constantFrom("a", "b", "c", "d"), { minLength: 1, maxLength: 7 }),
      process: fc.constantFrom("nginx", "node"),
      thread: fc.constantFrom("one", "two"),
      count: fc.integer({ min: 1, max: 50 }),
    }),
    { minLength: 1, maxLength: 30 },
  )
  .map((stacks) =>
    madeProfile(
      stacks.map(({ names, process, thread, count }) => ({
        process,
        thread,
        pid: process.length,
        tid: process.length + thread.charCodeAt(0),
        frames: names.map((name) => ({ name })),
        count,
      })),
    ),
  );
