import { basename } from "node:path";
import type { Profile } from "../profile/profile.ts";
import { fromComments } from "../profile/recording-info.ts";

/** What the page of a profile is called: what was recorded, else the file. */
export function profileTitle(profile: Profile, path: string): string {
  const name = path === "-" ? "standard input" : basename(path);
  return `${fromComments(profile.comments)?.target || name} – stapflame`;
}
