import { ProfileFormatError } from "../profile/format-error.ts";
import { INPUT_FORMATS, type InputFormat } from "../profile/formats/input-formats.ts";
import { type ReadProfile, readProfileStream } from "../profile/formats/read-profile.ts";
import { readInflated } from "../profile/node/inflated-file.ts";
import { Failure } from "./failure.ts";
import { fileFailure } from "./file-failure.ts";

/** Reads a profile by its path (`-`: from standard input), in any known format; `from` overrides what it looks like. Throws Failure. */
export async function readProfile(path: string, from?: InputFormat): Promise<ReadProfile> {
  const name = path === "-" ? "standard input" : path;
  try {
    return await readProfileStream(readInflated(path), from);
  } catch (error) {
    if (error instanceof ProfileFormatError) {
      throw new Failure(
        `${name}: ${error.message.replace(/\.$/, "")}`,
        from === undefined
          ? "If that is not what it is, name the format with --from."
          : `It was read as ${INPUT_FORMATS[from]}, as --from says.`,
      );
    }
    throw fileFailure("read", name, error);
  }
}
