import { basename } from "node:path";
import { gzipSync } from "node:zlib";
import type { InputFormat } from "../../profile/formats/input-formats.ts";
import type { Profile } from "../../profile/profile.ts";
import { fromComments } from "../../profile/recording-info.ts";
import { encodeSourceText } from "../../profile/source-text.ts";
import type { Overview, ServedFacts } from "../../viewer/served/messages.ts";
import { Failure } from "../failure.ts";
import { columnsForPage } from "../page.ts";
import { readWeighedProfile } from "../read-weighed.ts";
import { reportAccess } from "../source-text/access.ts";
import { readSourceText } from "../source-text/read-source-text.ts";
import { weightText } from "../view/text/weight.ts";
import { seconds } from "../words.ts";

/** Bytes of a piece before it is packed: small enough for a progress bar that moves over a slow line. */
export const PART_BYTES = 1 << 20;
const GZIP_LEVEL = 6;
/** A piece is sent packed only if that saves a tenth of it. */
const WORTH_PACKING = 0.9;

/** Bytes to send; `isGzip`: in the coding that the header then names. */
export interface Piece {
  bytes: Uint8Array;
  isGzip: boolean;
}

/** What comes of a file, in this order: the head as soon as there is a picture, then the pieces, then the end. */
export type PackMessage =
  | { kind: "head"; title: string; facts: ServedFacts; overview: Overview }
  | { kind: "part"; piece: Piece }
  | { kind: "sources"; piece: Piece }
  | { kind: "end"; bytes: number }
  | { kind: "failure"; sentence: string };

/** Reads a profile and packs it for sending by parts. */
export async function* packProfile(
  path: string,
  overviewOf: (profile: Profile) => Overview,
  from?: InputFormat,
): AsyncGenerator<PackMessage> {
  let profile: Profile;
  try {
    profile = await readWeighedProfile(path, from);
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    yield { kind: "failure", sentence: `${error.message}. ${error.remedy}` };
    return;
  }
  const facts = factsOf(profile);
  yield { kind: "head", title: facts.target || basename(path), facts, overview: overviewOf(profile) };
  const columns = columnsForPage(profile);
  for (let at = 0; at < columns.length; at += PART_BYTES) {
    yield { kind: "part", piece: packed(columns.subarray(at, at + PART_BYTES)) };
  }
  const sources = readSourceText(profile, reportAccess(undefined));
  if (sources.length > 0) yield { kind: "sources", piece: packed(encodeSourceText(sources)) };
  yield { kind: "end", bytes: columns.length };
}

function packed(bytes: Uint8Array): Piece {
  const gzipped = gzipSync(bytes, { level: GZIP_LEVEL });
  return gzipped.length < bytes.length * WORTH_PACKING
    ? { bytes: gzipped, isGzip: true }
    : { bytes: bytes.slice(), isGzip: false };
}

function factsOf(profile: Profile): ServedFacts {
  const info = fromComments(profile.comments);
  const total = profile.samples.values[0].reduce((sum, value) => sum + value, 0);
  return {
    target: info?.target ?? "",
    weight: weightText(total, profile.sampleTypes[0]),
    duration: profile.durationNanos > 0 ? seconds(profile.durationNanos / 1e6) : "",
    started: profile.timeNanos > 0 ? new Date(profile.timeNanos / 1e6).toISOString().slice(0, 19) : "",
    host: info?.host ?? "",
  };
}
