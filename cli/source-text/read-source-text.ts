import type { Profile } from "../../profile/profile.ts";
import type { SourceText } from "../../profile/source-text.ts";
import type { SourceAccess } from "./access.ts";
import { collectSourceText } from "./collect.ts";
import { sourceFiles } from "./source-files.ts";

/** Source text of this machine around the busiest lines of a profile. */
export function readSourceText(profile: Profile, access: SourceAccess): SourceText {
  return access === "none" ? [] : collectSourceText(profile, sourceFiles(access));
}
