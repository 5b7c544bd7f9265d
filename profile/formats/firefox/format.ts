/**
 * The "processed profile" of the Firefox Profiler. We write version 48, whose tables lie in each thread: it is what
 * other recorders write, and profiler.firefox.com upgrades it. We read that and later ones, in which strings
 * (version 56 on) and tables moved to `shared`.
 *
 * Source: https://github.com/firefox-devtools/profiler, src/types/profile.ts and docs-developer/CHANGELOG-formats.md.
 */
export const WRITTEN_VERSION = 48;
/** The Gecko format version that goes with it. */
export const GECKO_VERSION = 27;
/** Before this, `libs` were a part of each thread and had another form. */
export const OLDEST_READ_VERSION = 41;

export const PRODUCT = "stapflame";
/** `tid` of a thread that stands for all threads of its process, in profiles that were not recorded per thread. */
export const ALL_THREADS = "all threads";
/** What a thread without a name is called, as the format demands one. */
export function unnamedThread(tid: string): string {
  return `Thread ${tid}`;
}

/** `type` of a resource that is a library. */
export const LIBRARY_RESOURCE = 1;
/** Label of the section of `meta.extra` that holds the comments of a profile. */
export const EXTRA_LABEL = "Recording";

/** The comment that tells how long a slice of time is (see `recording-info.ts`). */
export const SLICE_COMMENT = /^stapflame\.slice-nanos: (\d+)$/;
