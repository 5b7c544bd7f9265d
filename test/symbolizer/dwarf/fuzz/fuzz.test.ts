import { expect, test } from "vitest";
import { figures, runFuzzer } from "./main.ts";

/** Few of what `npm run fuzz:dwarf` runs by the million, and always the same. */
test("any bytes are resolved without an error, soon and in bounded memory", {
  timeout: 120_000,
}, async () => {
  const result = await runFuzzer({ inputs: 20_000, seed: 1, workers: 1 });
  console.info(figures(result));
  expect(result.failures).toEqual([]);
  expect(result.inputs).toBe(20_000);
  expect(result.kept).toBeGreaterThan(0);
});
