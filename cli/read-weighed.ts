import type { Profile } from "../profile/profile.ts";
import { Failure } from "./failure.ts";
import { readProfile } from "./read-profile.ts";

/** Reads a profile that has something to weigh its stacks by, as all that shows stacks needs. Throws Failure. */
export async function readWeighedProfile(path: string): Promise<Profile> {
  const { profile } = await readProfile(path);
  if (profile.sampleTypes.length > 0) return profile;
  throw new Failure(`${path}: The profile counts nothing: it has no sample type`, "Give one with samples.");
}
