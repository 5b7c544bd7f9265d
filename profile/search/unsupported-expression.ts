/** A regular expression that is one, but that cannot be searched for; the message is a sentence for people. */
export class UnsupportedExpression extends Error {
  override readonly name = "UnsupportedExpression";
}
