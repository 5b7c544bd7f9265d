import { inject, it, type TestContext } from "vitest";
import { type GuestName, guestKind } from "./guests.ts";
import "./images.ts";
import knownGood from "./known-good.json" with { type: "json" };
import { describeMove } from "./versions.ts";

/** A figure that a test measured, for the table at the end. */
export interface Figure {
  what: string;
  where: string;
  value: string;
}

declare module "vitest" {
  /** What a test leaves for the report at the end. */
  interface TaskMeta {
    figures?: Figure[];
    /** The guest of this test is not the one that the tests last passed in: how it moved. */
    moved?: string;
    /** It failed there, and that is no failure of ours. */
    tolerated?: boolean;
  }
}

export type GuestTest = (tools: { figure(what: string, value: string): void }) => Promise<void>;
export type DefineTest = (name: string, run: GuestTest) => void;

/**
 * How tests in a guest are defined. In a guest that moves, a failure is told and does not fail the run, unless the guest
 * is just as it was when the tests last passed (known-good.json): then the failure is ours.
 */
export function testsIn(guest: GuestName): DefineTest {
  const moved = guestKind(guest).moving
    ? describeMove(knownGood, inject("guests")[guest].versions)
    : undefined;
  return (name, run) => {
    it(name, async ({ task }: TestContext) => {
      if (moved !== undefined) task.meta.moved = moved;
      const figure = (what: string, value: string) => {
        console.log(`${guest}: ${what}: ${value}`);
        task.meta.figures = [...(task.meta.figures ?? []), { what, where: guest, value }];
      };
      try {
        await run({ figure });
      } catch (error) {
        if (moved === undefined) throw error;
        task.meta.tolerated = true;
        console.error(`NOT FATAL, because ${guest} moved (${moved}): ${name}\n`, error);
      }
    });
  };
}
