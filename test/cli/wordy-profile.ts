import type { Profile } from "../../profile/profile.ts";
import { profileOf } from "../viewer/made-profile.ts";

/** Quick to make and 2.5 MB as columns, for its long names: several parts to be served. */
export function wordyProfile(): Profile {
  const lines = Array.from({ length: 2500 }, (_, at) => `main;f${at}${"x".repeat(1000)} ${1 + (at % 7)}`);
  return profileOf(lines.join("\n"));
}
