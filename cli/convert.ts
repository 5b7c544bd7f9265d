import { writeFolded } from "../profile/formats/folded.ts";
import { writeFileAtomically } from "../profile/node/atomic-file.ts";
import type { ConvertOptions } from "./commands/convert.ts";
import { usageFailure } from "./failure.ts";
import { fileFailure } from "./file-failure.ts";
import { readProfile } from "./read-profile.ts";

/** `stapflame convert`: writes a profile in the format that the ending of `output` names. Throws Failure. */
export async function convert(input: string, output: string, options: ConvertOptions): Promise<void> {
  if (output !== "-" && !output.endsWith(".folded")) {
    throw usageFailure(`cannot tell the format from ${output}`, "Give a name that ends in .folded.");
  }
  const chunks = writeFolded(await readProfile(input), { perThread: options.perThread === true });
  try {
    await writeFileAtomically(output === "-" ? "/dev/stdout" : output, chunks);
  } catch (error) {
    // The reader of a pipe has seen enough.
    if (output === "-" && error instanceof Error && "code" in error && error.code === "EPIPE") return;
    throw fileFailure("write", output, error);
  }
}
