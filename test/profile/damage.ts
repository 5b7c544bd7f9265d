import { expect } from "vitest";
import { ProfileFormatError } from "../../profile/format-error.ts";

/** What reading one damaged input of some hundred bytes may take at most, on a busy machine. */
const MAX_MILLISECONDS = 2000;

/**
 * Changes bytes of `good` in every way of a fixed pseudo-random sequence and cuts it off everywhere: `read` may give a
 * value or a `ProfileFormatError`, and must be quick about it.
 */
export function expectNoHarm(good: Uint8Array, read: (bytes: Uint8Array) => unknown, rounds = 3000): void {
  let state = 12345;
  const random = (below: number) => {
    state = (Math.imul(state, 1103515245) + 12345) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
  const attempt = (bytes: Uint8Array) => {
    const start = performance.now();
    try {
      read(bytes);
    } catch (error) {
      if (!(error instanceof ProfileFormatError)) throw error;
      expect(error.message).toMatch(/^[A-Z].*\.$/);
    }
    expect(performance.now() - start).toBeLessThan(MAX_MILLISECONDS);
  };
  for (let length = 0; length < good.length; length++) attempt(good.slice(0, length));
  for (let round = 0; round < rounds; round++) {
    const bad = good.slice();
    for (let change = random(4); change >= 0; change--) {
      bad[random(bad.length)] = random(3) === 0 ? 0xff : random(256);
    }
    if (random(4) === 0) bad.copyWithin(random(bad.length), random(bad.length), random(bad.length));
    attempt(bad);
  }
}
