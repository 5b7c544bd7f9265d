import { ProfileFormatError } from "../profile/format-error.ts";
import { readPprofFile } from "../profile/node/pprof-file.ts";
import type { Profile } from "../profile/profile.ts";
import { Failure } from "./failure.ts";
import { fileFailure } from "./file-failure.ts";

/** Reads a profile by its path. Throws Failure. */
export async function readProfile(path: string): Promise<Profile> {
  try {
    return await readPprofFile(path);
  } catch (error) {
    if (error instanceof ProfileFormatError) {
      const message = error.message.replace(/\.$/, "");
      throw new Failure(
        message.includes(path) ? message : `${path}: ${message}`,
        "Give a pprof profile, such as `stapflame record` writes.",
      );
    }
    throw fileFailure("read", path, error);
  }
}
