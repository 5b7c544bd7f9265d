/** What `stapflame serve` answers below `/data`, as JSON. Shared by the server and the page. */

/** One of the files that are served, for the list. */
export interface ServedFile {
  /** Path as it was given. */
  name: string;
  /** Size on disk in words. */
  size: string;
  /** Undefined as long as it was not read. */
  facts?: ServedFacts;
  /** Why it can't be shown, in a sentence. */
  problem?: string;
}

/** What was recorded, each in words; "" where it is not known. */
export interface ServedFacts {
  target: string;
  weight: string;
  duration: string;
  started: string;
  host: string;
}

/** How far a file is. `overview` is for the first picture, before the whole is there. */
export type ServedState =
  | { state: "reading"; overview?: Overview }
  | { state: "ready"; overview: Overview; manifest: Manifest }
  | { state: "failed"; sentence: string };

/** How to get a profile: `parts` pieces of `partBytes` (the last is shorter) of `encodeColumns`, in any order. */
export interface Manifest {
  /** Changes when the file on disk does; part of the addresses of the pieces. */
  version: string;
  title: string;
  bytes: number;
  partBytes: number;
  parts: number;
  hasSources: boolean;
}

/** The widest frames of a flame graph as columns; edges are shares of the whole. */
export interface Overview {
  name: string[];
  /** Index into `FRAME_KINDS`. */
  kind: number[];
  /** 0 for the root. */
  depth: number[];
  left: number[];
  width: number[];
}

/** In the page: `list`, or the number of the file to show. The attribute is on the element that else holds the profile. */
export const SERVED_ATTRIBUTE = "data-served";
export const SERVED_LIST = "list";
