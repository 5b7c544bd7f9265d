import type { Profile } from "../profile.ts";
import { writeFirefox } from "./firefox/writer.ts";
import { writeFolded } from "./folded.ts";
import type { OutputFormat } from "./output-formats.ts";
import type { PictureOptions } from "./picture/picture.ts";
import { encodePprof } from "./pprof.ts";
import { writeSpeedscope } from "./speedscope/writer.ts";
import { writeSvg } from "./svg/writer.ts";

export interface WriteOptions extends Pick<PictureOptions, "width" | "icicle" | "title"> {
  /** Threads as frames below their process, where the format knows no threads. */
  perThread?: boolean;
  /** Which of `profile.sampleTypes`, for formats that have one; default 0. */
  valueIndex?: number;
  /** An SVG without script. */
  still?: boolean;
  /** The program that writes: `stapflame 0.1.0`. */
  exporter: string;
}

/** Formats that need nothing but the profile: the page and PNG are made with the help of the platform. */
export type PlainFormat = Exclude<OutputFormat, "html" | "png">;

/** A profile in a format, in pieces and not packed. Works in Node and in browsers. */
export function* writeProfile(
  profile: Profile,
  format: PlainFormat,
  options: WriteOptions,
): Generator<string | Uint8Array> {
  switch (format) {
    case "pprof":
      yield encodePprof(profile);
      break;
    case "folded":
      yield* writeFolded(profile, options);
      break;
    case "speedscope":
      yield* writeSpeedscope(profile, options.exporter, {
        ...options,
        ...(options.title ? { name: options.title } : {}),
      });
      break;
    case "firefox":
      yield* writeFirefox(profile, options);
      break;
    case "svg":
      yield* writeSvg(profile, pictureOptions(options, options.still !== true));
      break;
  }
}

/** What the writers of pictures take of all this. */
export function pictureOptions({ perThread, ...options }: WriteOptions, interactive: boolean) {
  return { ...options, interactive, groupBy: perThread ? ("thread" as const) : ("process" as const) };
}
