/** Compressed data that contradict the format. The message is a phrase: "a match before the begin". */
export class ZstdDamage extends Error {
  override readonly name = "ZstdDamage";
}
