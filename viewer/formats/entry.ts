import { writeFirefox } from "../../profile/formats/firefox/writer.ts";
import { writeFolded } from "../../profile/formats/folded.ts";
import { lossesOf } from "../../profile/formats/losses.ts";
import { encodePprof } from "../../profile/formats/pprof.ts";
import { readProfileStream } from "../../profile/formats/read-profile.ts";
import { writeSpeedscope } from "../../profile/formats/speedscope/writer.ts";
import { writeSvg } from "../../profile/formats/svg/writer.ts";

/**
 * What reads and writes other formats: a script of its own, which the page holds packed (vite.config.ts) and runs when it
 * is first wanted (data/load-formats.ts). Most people who look at a recording never need it.
 */
export const FORMATS = {
  readProfileStream,
  lossesOf,
  writeFirefox,
  writeFolded,
  encodePprof,
  writeSpeedscope,
  writeSvg,
};
export type Formats = typeof FORMATS;

declare global {
  var stapflameFormats: Formats | undefined;
}

globalThis.stapflameFormats = FORMATS;
