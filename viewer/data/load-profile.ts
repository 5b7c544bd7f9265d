import { decodeColumns } from "../../profile/formats/columns.ts";
import type { Profile } from "../../profile/profile.ts";
import type { SourceText } from "../../profile/source-text.ts";
import { unpack } from "./unpack.ts";

/** What the page found in itself. `sentence` is for people: what is wrong and what to do. */
export type LoadedProfile =
  | {
      ok: true;
      profile: Profile;
      /** Where source text comes from, if not from the page. */
      sources?: () => Promise<SourceText>;
    }
  | { ok: false; sentence: string };

/** The profile that `embedProfile` put into the page. Never rejects. */
export async function loadProfile(element: HTMLElement | null): Promise<LoadedProfile> {
  const text = element?.textContent?.trim() ?? "";
  if (element === null) return failure("The part of this file that holds the profile is missing.");
  if (text === "") {
    return {
      ok: false,
      sentence:
        "This is the empty viewer page. Record with “stapflame record”: it writes an HTML file with the profile in it. Or drop a profile here.",
    };
  }
  try {
    return { ok: true, profile: decodeColumns(await (globalThis.stapflameUnpacked ?? unpack(text))) };
  } catch (error) {
    return failure(
      `The profile in this file is damaged (${error instanceof Error ? error.message : String(error)}).`,
    );
  } finally {
    // Tens of megabytes of text that nothing needs any more.
    element.textContent = "";
    globalThis.stapflameUnpacked = undefined;
  }
}

function failure(what: string): LoadedProfile {
  return { ok: false, sentence: `${what} Copy the file again from where it was made, or record again.` };
}
