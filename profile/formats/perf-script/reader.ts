import { ProfileFormatError } from "../../format-error.ts";
import type { Profile } from "../../profile.ts";
import { decodeUtf8, encodeUtf8 } from "../../text-codec.ts";
import { ImportBuilder } from "../import-builder.ts";
import { Ascii, hexDigit, skipBlanks, trimEnd } from "../text/ascii.ts";
import { LineSplitter } from "../text/line-splitter.ts";
import { PerfFileHeader } from "./file-header.ts";
import { Places } from "./places.ts";
import { SampleLineParser } from "./sample-line.ts";
import { PerfSamples } from "./samples.ts";

const RECORD_PREFIX = encodeUtf8("PERF_RECORD_");
/** Deeper stacks than this are damage: perf's own limit is 1024, of kernel.perf_event_max_stack at most 2^16. */
const MAX_FRAMES = 2 ** 20;

/**
 * Reads the text of `perf script`, with whatever fields `-F` gave it: samples with call chains (or with one frame on
 * their own line), inlined frames, source lines, several events, the `# …` header, and the records that
 * `--show-lost-events` and its like add. It is aggregated as it comes: memory grows with distinct frames, stacks and
 * samples, not with the text.
 *
 *     node 21662 [001] 13010.848775:   10101010 cpu-clock:pppH:
 *             ca0312 v8::internal::Marking+0x72 (/usr/bin/node)
 *             891f5 start_thread+0x305 (/usr/lib/libc.so.6)
 *     (blank)
 *
 * Throws `ProfileFormatError` when there is no sample in the text. Lines that are no part of any are counted, and the
 * profile's comments tell how many; so do they of lost samples.
 */
export class PerfScriptReader {
  readonly #builder = new ImportBuilder();
  readonly #places = new Places(this.#builder);
  readonly #samples = new PerfSamples(this.#builder);
  readonly #header = new PerfFileHeader();
  readonly #parser = new SampleLineParser();
  readonly #splitter = new LineSplitter((bytes, start, end) => this.#line(bytes, start, end));
  /** Places of the current sample, leaf first. */
  #frames = new Int32Array(256);
  #frameCount = 0;
  #isInSample = false;
  /** The last line was a frame, so that a source line may follow. */
  #isAfterFrame = false;
  /** Frames are behind tabs, so that what is behind two spaces is a source line, whatever it looks like. */
  #hasTabs = false;
  /** A line that is an event's name if frames follow, and nothing of ours if not. */
  #loneEvent: Uint8Array | undefined;
  /** The only frame of a sample without call chain, which stands behind its event; -1 when there is none. */
  #ownFrame = -1;
  /** Path of the last sample, root first, and its rows of `stacks`: neighbours share most of it. */
  readonly #lastLocations: number[] = [];
  readonly #lastRows: number[] = [];
  #lost = 0;
  #strangeLines = 0;
  #firstStrange = "";

  push(chunk: Uint8Array): void {
    this.#splitter.push(chunk);
  }

  finish(): Profile {
    this.#splitter.finish();
    this.#endSample();
    if (this.#samples.count === 0) {
      throw new ProfileFormatError(
        this.#firstStrange === ""
          ? "The text of perf script has no sample."
          : `The text of perf script has no sample; its first line is ${JSON.stringify(this.#firstStrange)}.`,
      );
    }
    const drops = this.#lost > 0 ? [{ cause: "lost by perf", count: this.#lost }] : [];
    const warnings: string[] = [];
    if (this.#strangeLines > 0) {
      warnings.push(
        `${this.#strangeLines} of ${this.#splitter.lineNumber} lines of the text were not understood and passed over, the first: ${JSON.stringify(this.#firstStrange)}.`,
      );
    }
    return this.#samples.finish(this.#header, { drops, warnings });
  }

  #line(bytes: Uint8Array, lineStart: number, lineEnd: number): void {
    const first = bytes[lineStart];
    if (lineStart < lineEnd && first === Ascii.tab) {
      this.#hasTabs = true;
      this.#frame(bytes, skipBlanks(bytes, lineStart + 1, lineEnd), trimEnd(bytes, lineStart, lineEnd));
      return;
    }
    const end = trimEnd(bytes, lineStart, lineEnd);
    const start = skipBlanks(bytes, lineStart, end);
    if (start === end) this.#endSample();
    else if (first === Ascii.hash && !this.#isInSample)
      this.#header.line(decodeUtf8(bytes.subarray(start, end)));
    else if (start === lineStart) this.#sampleLine(bytes, start, end);
    else this.#indentedLine(bytes, lineStart, start, end);
  }

  /** A line that begins with spaces is a source line, a frame whose tab was lost, or a sample with its comm padded. */
  #indentedLine(bytes: Uint8Array, lineStart: number, start: number, end: number): void {
    const mayBeSource = this.#isAfterFrame && start === lineStart + 2;
    if (this.#isInSample && !(mayBeSource && this.#hasTabs) && startsWithAddress(bytes, start, end)) {
      if (this.#parser.parse(bytes, start, end) && !Number.isNaN(this.#parser.line.timeNanos)) {
        this.#sampleLine(bytes, start, end);
      } else this.#frame(bytes, start, end);
    } else if (mayBeSource) {
      const leaf = this.#frameCount - 1;
      this.#frames[leaf] = this.#places.withSource(this.#frames[leaf], bytes, start, end);
      this.#isAfterFrame = false;
    } else this.#sampleLine(bytes, start, end);
  }

  #frame(bytes: Uint8Array, start: number, end: number): void {
    if (start >= end) return;
    if (!this.#isInSample) this.#beginWithFrame();
    if (this.#frameCount === MAX_FRAMES)
      throw new ProfileFormatError(
        `Line ${this.#splitter.lineNumber} is frame ${MAX_FRAMES + 1} of one stack, so this is no text of perf script.`,
      );
    if (this.#frameCount === this.#frames.length) {
      const wide = new Int32Array(this.#frames.length * 2);
      wide.set(this.#frames);
      this.#frames = wide;
    }
    this.#frames[this.#frameCount++] = this.#places.of(bytes, start, end);
    this.#isAfterFrame = true;
  }

  /** `-F ip,sym` prints nothing above the frames, `-F event,ip,sym` only the event. */
  #beginWithFrame(): void {
    this.#isInSample = true;
    const event = this.#loneEvent;
    this.#loneEvent = undefined;
    if (event !== undefined && this.#parser.parse(event, 0, event.length))
      this.#samples.begin(event, this.#parser.line);
    else this.#samples.beginBare();
  }

  #sampleLine(bytes: Uint8Array, start: number, end: number): void {
    this.#endSample();
    const isSample = this.#parser.parse(bytes, start, end);
    const { line } = this.#parser;
    if (!isSample) {
      this.#strange(bytes, start, end);
      return;
    }
    const after = line.eventStart < line.eventEnd ? line.eventStart : line.restStart;
    if (startsWith(bytes, after, end, RECORD_PREFIX)) {
      this.#record(decodeUtf8(bytes.subarray(after, end)));
      return;
    }
    if (line.eventStart === line.eventEnd && line.restStart < end) {
      this.#strange(bytes, start, end);
      return;
    }
    if (line.tid < 0 && Number.isNaN(line.timeNanos)) {
      this.#loneEvent = bytes.slice(start, end);
      return;
    }
    this.#isInSample = true;
    this.#samples.begin(bytes, line);
    const frameStart = skipBlanks(bytes, line.restStart, end);
    if (startsWithAddress(bytes, frameStart, end)) this.#ownFrame = this.#places.of(bytes, frameStart, end);
  }

  /** perf tells of something else than a sample; what matters here is only what it lost. */
  #record(text: string): void {
    const [, lost] = /^PERF_RECORD_LOST\w*\W+(?:[a-z-]+\W+)?(\d{1,15})/.exec(text) ?? [];
    if (lost !== undefined) this.#lost += Number(lost);
  }

  #strange(bytes: Uint8Array, start: number, end: number): void {
    const text = decodeUtf8(bytes.subarray(start, Math.min(end, start + 80)));
    // What perf writes to standard error, if that was caught too.
    const [, lost] = /\blost (\d{1,15}) (?:events|samples|chunks)/i.exec(text) ?? [];
    if (lost !== undefined) this.#lost += Number(lost);
    if (this.#strangeLines++ === 0) this.#firstStrange = text;
  }

  #endSample(): void {
    const lone = this.#loneEvent;
    this.#loneEvent = undefined;
    if (lone !== undefined) this.#strange(lone, 0, lone.length);
    if (!this.#isInSample) return;
    if (this.#frameCount === 0 && this.#ownFrame >= 0) this.#frames[this.#frameCount++] = this.#ownFrame;
    this.#samples.end(this.#stack());
    this.#frameCount = 0;
    this.#ownFrame = -1;
    this.#isInSample = false;
    this.#isAfterFrame = false;
  }

  /** The row of the current stack. */
  #stack(): number {
    const places = this.#places;
    const frames = this.#frames;
    const rows = this.#lastRows;
    const last = this.#lastLocations;
    const { stacks } = this.#builder;
    let depth = 0;
    let row = -1;
    let isShared = true;
    for (let at = this.#frameCount - 1; at >= 0; ) {
      // An outer frame and the inlined ones below it, which stand before it in the text, are one location.
      let inner = at;
      while (inner > 0 && places.belongTogether(frames[inner - 1], frames[at])) inner--;
      const location =
        inner === at
          ? places.location(frames[at])
          : places.chainLocation(Array.from(frames.subarray(inner, at + 1)));
      at = inner - 1;
      if (isShared && last[depth] === location && depth < last.length) row = rows[depth];
      else {
        isShared = false;
        row = stacks.child(row, location);
        last[depth] = location;
        rows[depth] = row;
      }
      depth++;
    }
    last.length = depth;
    rows.length = depth;
    return row;
  }
}

function startsWith(bytes: Uint8Array, start: number, end: number, prefix: Uint8Array): boolean {
  if (end - start < prefix.length) return false;
  for (let at = 0; at < prefix.length; at++) if (bytes[start + at] !== prefix[at]) return false;
  return true;
}

/** Whether the first word is nothing but hexadecimal digits. */
function startsWithAddress(bytes: Uint8Array, start: number, end: number): boolean {
  let at = start;
  while (at < end && hexDigit(bytes[at]) >= 0) at++;
  return at > start && at - start <= 16 && (at === end || bytes[at] === Ascii.space);
}
