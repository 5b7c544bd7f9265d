import type { CallTree } from "../../profile/call-tree.ts";
import { frameModule } from "../../profile/frames.ts";
import type { Profile } from "../../profile/profile.ts";
import { displayName, fullName } from "./display-name.ts";
import { type FrameFacts, placeText } from "./frame-facts.ts";
import { MAX_PLACE_CHARACTERS, MAX_TOOLTIP_CHARACTERS } from "./limits.ts";

/** What the panel tells of a frame besides its lines, as (name, value). */
export function frameDetails(
  profile: Profile,
  tree: CallTree,
  row: number,
  facts: FrameFacts,
): [name: string, value: string][] {
  const { frames } = tree;
  const frame = tree.frame[row];
  const file = frames.strings[frames.file[frame]];
  const line = frames.line[frame];
  const linkageName = frames.strings[frames.linkageName[frame]];
  const module = frameModule(frames, frame);
  const details: [string, string][] = [
    ...facts.numbers,
    ["Source", file === "" ? "" : placeText(file, line)],
    ["Module", fullName(module, MAX_PLACE_CHARACTERS)],
    ["Build ID", buildIds(profile, module).map(displayName).join(", ")],
    [
      "Linker’s name",
      linkageName === frames.strings[frames.name[frame]] ? "" : fullName(linkageName, MAX_TOOLTIP_CHARACTERS),
    ],
  ];
  return details.filter(([, value]) => value !== "");
}

/** The build IDs of the files that were mapped from a path while recording: more than one where it was replaced. */
function buildIds({ mappings, strings }: Profile, module: string): string[] {
  const found = new Set<string>();
  for (let row = 0; row < mappings.length; row++) {
    if (module !== "" && strings[mappings.file[row]] === module) found.add(strings[mappings.buildId[row]]);
  }
  found.delete("");
  return [...found];
}
