/** Of RFC 3492, section 5. */
const PUNYCODE = { base: 36, min: 1, max: 26, skew: 38, damp: 700, bias: 72, code: 0x80 } as const;

/**
 * An identifier with other characters than ASCII's, as Rust writes it, `gdel_5qa` of `gödel`: its ASCII ones, `_`, and where
 * to put in which others (RFC 3492, section 6.2, with `_` for `-`). undefined: it is none.
 */
export function fromPunycode(encoded: string): string | undefined {
  const ascii = Math.max(0, encoded.lastIndexOf("_"));
  const characters = [...encoded.slice(0, ascii)];
  let at = encoded.lastIndexOf("_") + 1;
  if (at === encoded.length) return undefined;
  let code: number = PUNYCODE.code;
  let bias: number = PUNYCODE.bias;
  let damp: number = PUNYCODE.damp;
  for (let place = 0; at < encoded.length; place++) {
    let delta = 0;
    for (let k = PUNYCODE.base, weight = 1; ; k += PUNYCODE.base) {
      const digit = digitOf(encoded.charCodeAt(at++));
      const threshold = Math.min(Math.max(k - bias, PUNYCODE.min), PUNYCODE.max);
      delta += digit * weight;
      // Behind the end it is NaN.
      if (!Number.isSafeInteger(delta)) return undefined;
      if (digit < threshold) break;
      weight *= PUNYCODE.base - threshold;
    }
    const length = characters.length + 1;
    code += Math.floor((place + delta) / length);
    place = (place + delta) % length;
    // C1's control characters are no part of a name, and surrogates are no characters.
    if (code < 0xa0 || code > 0x10ffff || (code >= 0xd800 && code < 0xe000)) return undefined;
    characters.splice(place, 0, String.fromCodePoint(code));
    bias = adaptedBias(Math.floor(delta / damp), length);
    damp = 2;
  }
  return characters.join("");
}

/** NaN for what is no digit. */
function digitOf(code: number): number {
  if (code >= 97 && code <= 122) return code - 97;
  return code >= 48 && code <= 57 ? code - 48 + 26 : Number.NaN;
}

/** RFC 3492, section 6.1. */
function adaptedBias(damped: number, length: number): number {
  const { base, min, max, skew } = PUNYCODE;
  let delta = damped + Math.floor(damped / length);
  let k = 0;
  for (; delta > ((base - min) * max) / 2; k += base) delta = Math.floor(delta / (base - min));
  return k + Math.floor(((base - min + 1) * delta) / (delta + skew));
}
