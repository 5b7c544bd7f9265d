import { Readable } from "node:stream";
import { createGzip } from "node:zlib";
import { lossesOf } from "../profile/formats/losses.ts";
import {
  isPacked,
  OUTPUT_FORMAT_NAMES,
  OUTPUT_FORMATS,
  type OutputFormat,
  outputFormatOf,
} from "../profile/formats/output-formats.ts";
import { drawPicture } from "../profile/formats/png/draw.ts";
import { pictureOptions, type WriteOptions, writeProfile } from "../profile/formats/write-profile.ts";
import { encodePng } from "../profile/node/png-file.ts";
import type { Profile } from "../profile/profile.ts";
import type { ConvertOptions } from "./commands/convert.ts";
import { usageFailure } from "./failure.ts";
import { renderPage } from "./page.ts";
import { profileTitle } from "./profile-title.ts";
import { readProfile } from "./read-profile.ts";
import { VERSION } from "./version.ts";
import { writeOutput } from "./write-output.ts";

/** Most screens are fine by now, and on others a picture of double size is only large. */
const DEFAULT_SCALE = 2;

/**
 * `stapflame convert`: writes a profile in the format that the ending of `output` or `--to` names. What that format
 * has no room for is said once. Throws Failure.
 */
export async function convert(input: string, output: string, options: ConvertOptions): Promise<void> {
  const format = options.to ?? formatOf(output);
  const { profile } = await readProfile(input, options.from);
  const valueIndex = valueIndexOf(profile, options.sampleType);
  const chunks = contentOf(
    profile,
    format,
    input,
    { ...writeOptions(options), valueIndex },
    options.scale ?? DEFAULT_SCALE,
  );
  await writeOutput(output, isPacked(output, format) ? packed(chunks) : gathered(chunks));
  tellLosses(profile, format, { perThread: options.perThread === true, valueIndex });
}

function formatOf(output: string): OutputFormat {
  if (output === "-") return "folded";
  const format = outputFormatOf(output);
  if (format !== undefined) return format;
  const endings = OUTPUT_FORMAT_NAMES.map((name) => OUTPUT_FORMATS[name].endings[0]).join(", ");
  throw usageFailure(
    `cannot tell the format from ${output}`,
    `Give a name that ends in ${endings}, or --to FORMAT.`,
  );
}

/** Which sample type was asked for: `cpu`, or `cpu/nanoseconds`. */
function valueIndexOf(profile: Profile, asked: string | undefined): number {
  if (asked === undefined) return 0;
  const index = profile.sampleTypes.findIndex(
    ({ type, unit }) => asked === type || asked === `${type}/${unit}`,
  );
  if (index >= 0) return index;
  const known = profile.sampleTypes.map(({ type, unit }) => `${type}/${unit}`).join(", ") || "none";
  throw usageFailure(`the profile has no sample type ${asked}`, `It has ${known}.`);
}

function writeOptions(options: ConvertOptions): WriteOptions {
  const { title, width, icicle, static: still, perThread } = options;
  return {
    exporter: `stapflame ${VERSION}`,
    ...(title === undefined ? {} : { title }),
    ...(width === undefined ? {} : { width }),
    icicle: icicle === true,
    still: still === true,
    perThread: perThread === true,
  };
}

function contentOf(
  profile: Profile,
  format: OutputFormat,
  input: string,
  options: WriteOptions,
  scale: number,
): Iterable<string | Uint8Array> {
  if (format === "html") return [renderPage(profile, options.title ?? profileTitle(profile, input), [])];
  if (format === "png") return [encodePng(drawPicture(profile, pictureOptions(options, false), scale))];
  return writeProfile(profile, format, options);
}

async function* packed(chunks: Iterable<string | Uint8Array>): AsyncGenerator<Uint8Array> {
  yield* Readable.from(gathered(chunks), { objectMode: false }).pipe(createGzip());
}

/** Pieces of a line each would cost more to hand on than to write. */
function* gathered(chunks: Iterable<string | Uint8Array>): Generator<Uint8Array> {
  let text: string[] = [];
  let length = 0;
  for (const chunk of chunks) {
    if (typeof chunk !== "string") yield chunk;
    else {
      text.push(chunk);
      length += chunk.length;
      if (length < 1 << 16) continue;
      yield Buffer.from(text.join(""));
      text = [];
      length = 0;
    }
  }
  if (length > 0) yield Buffer.from(text.join(""));
}

function tellLosses(
  profile: Profile,
  format: OutputFormat,
  options: { perThread: boolean; valueIndex: number },
): void {
  const lost = lossesOf(profile, format, options);
  if (lost.length === 0) return;
  const { what } = OUTPUT_FORMATS[format];
  process.stderr.write(
    `${what.replace(/^(.)/, (first) => first.toUpperCase())} has no room for: ${lost.join(", ")}.\n`,
  );
}
