import type { PageComparison } from "../../profile/diff/page-comparison.ts";
import { decodeComparison } from "../../profile/diff/page-comparison-codec.ts";
import type { Profile } from "../../profile/profile.ts";
import { unpack } from "./unpack.ts";

/**
 * What `embedComparison` put into the page; undefined where there is none: the page shows one profile. Rejects with what
 * is wrong when it is damaged, or of another profile.
 */
export async function loadComparison(
  element: HTMLElement | null,
  profile: Profile,
): Promise<PageComparison | undefined> {
  const text = element?.textContent?.trim() ?? "";
  if (element === null || text === "") return undefined;
  const comparison = decodeComparison(await unpack(text));
  element.textContent = "";
  const isOfProfile =
    comparison.functionTotal.verdict.length === profile.locations.length &&
    comparison.pathTotal.verdict.length === profile.stacks.length &&
    profile.sampleTypes.length === 2;
  if (!isOfProfile) throw new Error("its comparison is of another profile");
  return comparison;
}
