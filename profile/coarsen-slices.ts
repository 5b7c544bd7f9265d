import { LabelKey, type Profile } from "./profile.ts";
import { fromComments, SLICE_NANOS_COMMENT } from "./recording-info.ts";

/**
 * The profile with at most `maxSlices` time slices: neighbours are joined, all the same number of them, and the comment
 * that tells the length of a slice tells the new one. Long recordings have more slices than a page can show, and each
 * makes samples differ that are else equal; `slimForPage` then sums those. The given profile stays as it is.
 */
export function coarsenSlices(profile: Profile, maxSlices: number): Profile {
  let last = -1;
  for (const { kind, key, values } of profile.samples.labels) {
    if (kind !== "number" || key !== LabelKey.slice) continue;
    for (let sample = 0; sample < values.length; sample++) if (values[sample] > last) last = values[sample];
  }
  const joined = Math.ceil((last + 1) / Math.max(1, maxSlices));
  if (joined <= 1 || !Number.isFinite(joined)) return profile;
  const labels = profile.samples.labels.map((label) =>
    label.kind === "number" && label.key === LabelKey.slice
      ? { ...label, values: label.values.map((slice) => Math.floor(slice / joined)) }
      : label,
  );
  const sliceNanos = fromComments(profile.comments)?.sliceNanos ?? 0;
  const comments = profile.comments.map((comment) =>
    comment.startsWith(SLICE_NANOS_COMMENT) ? `${SLICE_NANOS_COMMENT}${sliceNanos * joined}` : comment,
  );
  return { ...profile, comments, samples: { ...profile.samples, labels } };
}
