import type { InputFormat } from "../profile/formats/input-formats.ts";
import type { Profile } from "../profile/profile.ts";
import { Failure } from "./failure.ts";
import { readProfile } from "./read-profile.ts";

/**
 * Reads a profile as `readProfile` does, and sees to it that there is something to weigh its stacks by, as all that shows
 * stacks needs. Throws Failure.
 */
export async function readWeighedProfile(path: string, from?: InputFormat): Promise<Profile> {
  const { profile } = await readProfile(path, from);
  if (profile.sampleTypes.length > 0) return profile;
  throw new Failure(`${path}: The profile counts nothing: it has no sample type`, "Give one with samples.");
}
