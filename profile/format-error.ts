/**
 * Input that is not a profile we can read: one sentence for people that says what is wrong and where.
 * The only error that the decoders of `formats/` throw for bad bytes or text, whatever they are.
 */
export class ProfileFormatError extends Error {
  override readonly name = "ProfileFormatError";
}
