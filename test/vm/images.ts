import type { GuestName } from "./guests.ts";
import type { GuestRoot } from "./roots.ts";

export type GuestImages = Record<GuestName, GuestRoot>;

declare module "vitest" {
  /** What the set-up hands to test files. */
  interface ProvidedContext {
    guests: GuestImages;
    appDisk: string;
    /** Whether what is too long for every run is run too. */
    full: boolean;
  }
}
