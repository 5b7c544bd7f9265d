import { ProfileFormatError } from "../format-error.ts";
import type { Profile } from "../profile.ts";
import { BpftraceReader } from "./bpftrace/reader.ts";
import { readCpuProfile } from "./cpuprofile/reader.ts";
import { readFirefox } from "./firefox/reader.ts";
import { FoldedReader } from "./folded.ts";
import type { InputFormat } from "./input-formats.ts";
import { JsonBytes } from "./json.ts";
import { PerfScriptReader } from "./perf-script/reader.ts";
import { decodePprof } from "./pprof.ts";
import { HEAD_BYTES, recognize, recognizeJson } from "./recognize.ts";
import { readSpeedscope } from "./speedscope/reader.ts";
import { StackTextReader } from "./stack-text/reader.ts";

/** What `decodePprof` can read. */
const MAX_PPROF_BYTES = 2 ** 31 - 1;

/** Takes a profile in as its bytes come, and gives it at the end. Both throw `ProfileFormatError`. Chunks may be kept. */
export interface ProfileReader {
  push(chunk: Uint8Array): void;
  finish(): Profile;
}

export interface ReadProfile {
  profile: Profile;
  format: InputFormat;
}

/**
 * Reads a profile in any format that `INPUT_FORMATS` names, from bytes that are inflated already. `format` says which
 * it is; else its beginning does. Texts of lines are aggregated as they come; JSON and pprof are gathered first.
 *
 * Throws `ProfileFormatError` for what is no such profile; errors of `chunks` come out as they are.
 */
export async function readProfileStream(
  chunks: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
  format?: InputFormat,
): Promise<ReadProfile> {
  const reading = new AnyReader(format);
  for await (const chunk of chunks) reading.push(chunk);
  return reading.finish();
}

/** Waits for as much of a profile as tells its format, then hands all to the reader of that. */
class AnyReader {
  #format: InputFormat | "json" | undefined;
  #reader: ProfileReader | JsonBytes | undefined;
  #head: Uint8Array[] = [];
  #headLength = 0;

  constructor(format: InputFormat | undefined) {
    this.#format = format;
    if (format !== undefined) this.#reader = readerOf(format);
  }

  push(chunk: Uint8Array): void {
    if (this.#reader !== undefined) {
      this.#reader.push(chunk);
      return;
    }
    this.#head.push(chunk);
    this.#headLength += chunk.length;
    if (this.#headLength > HEAD_BYTES) this.#begin();
  }

  finish(): ReadProfile {
    const reader = this.#reader ?? this.#begin();
    if (!(reader instanceof JsonBytes))
      return { profile: reader.finish(), format: this.#format as InputFormat };
    const json = reader.parse();
    const format = this.#format === "json" ? recognizeJson(json) : (this.#format as JsonFormat);
    return { profile: JSON_READERS[format as JsonFormat](json), format: format as InputFormat };
  }

  #begin(): ProfileReader | JsonBytes {
    const head = joined(this.#head, this.#headLength);
    this.#head = [];
    this.#format = recognize(head);
    const reader = readerOf(this.#format);
    this.#reader = reader;
    reader.push(head);
    return reader;
  }
}

type JsonFormat = "speedscope" | "firefox" | "cpuprofile";

const JSON_READERS: Record<JsonFormat, (json: unknown) => Profile> = {
  speedscope: readSpeedscope,
  firefox: readFirefox,
  cpuprofile: readCpuProfile,
};

function readerOf(format: InputFormat | "json"): ProfileReader | JsonBytes {
  switch (format) {
    case "pprof":
      return new PprofBytes();
    case "folded":
      return new FoldedReader();
    case "perf":
      return new PerfScriptReader();
    case "stap":
    case "dtrace":
      return new StackTextReader(format);
    case "bpftrace":
      return new BpftraceReader();
    case "speedscope":
    case "firefox":
    case "cpuprofile":
    case "json":
      return new JsonBytes();
  }
}

/** Gathers a pprof message: its samples come before the tables that they name. */
class PprofBytes implements ProfileReader {
  readonly #chunks: Uint8Array[] = [];
  #length = 0;

  push(chunk: Uint8Array): void {
    this.#length += chunk.length;
    if (this.#length > MAX_PPROF_BYTES)
      throw new ProfileFormatError("The pprof profile is larger than 2 GiB.");
    this.#chunks.push(chunk);
  }

  finish(): Profile {
    return decodePprof(joined(this.#chunks, this.#length));
  }
}

function joined(chunks: readonly Uint8Array[], length: number): Uint8Array {
  const bytes = new Uint8Array(length);
  let at = 0;
  for (const chunk of chunks) {
    bytes.set(chunk, at);
    at += chunk.length;
  }
  return bytes;
}
