import { ProfileFormatError } from "../profile/format-error.ts";
import { INPUT_FORMATS, type InputFormat } from "../profile/formats/input-formats.ts";
import { type ReadProfile, readProfileStream } from "../profile/formats/read-profile.ts";
import { readInflated } from "../profile/node/inflated-file.ts";
import type { Profile } from "../profile/profile.ts";
import { fromComments } from "../profile/recording-info.ts";
import { Failure } from "./failure.ts";
import { fileFailure } from "./file-failure.ts";
import { counted, printable } from "./words.ts";

/** Formats whose reader passes over what it does not understand, and says so in the profile. */
const TEXTS = new Set<InputFormat>(["perf", "stap", "dtrace", "bpftrace"]);

/** Reads a profile by its path (`-`: from standard input), in any known format; `from` overrides what it looks like. Throws Failure. */
export async function readProfile(path: string, from?: InputFormat): Promise<ReadProfile> {
  const name = path === "-" ? "standard input" : path;
  try {
    const read = await readProfileStream(readInflated(path), from);
    if (TEXTS.has(read.format)) tellDoubts(name, read.profile);
    return read;
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

/** What a text lacks, on standard error: the page and other tools tell it again from the profile. */
function tellDoubts(name: string, profile: Profile): void {
  const info = fromComments(profile.comments);
  for (const { cause, count: lost } of info?.drops ?? []) {
    process.stderr.write(`${printable(name)}: ${counted(lost, "sample")} ${cause}.\n`);
  }
  for (const warning of info?.warnings ?? [])
    process.stderr.write(`${printable(name)}: ${printable(warning)}\n`);
}
