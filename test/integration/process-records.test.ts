import { readFileSync, writeFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import { ProcessRecords } from "../../collector/process/process-records.ts";

const LONG_MS = 3000;
const SOON_MS = 1000;
/** Fewer than threads that calls of the system wait in. */
const WAITS = 3;
const NAME = "/proc/self/comm";

describe("records of processes", () => {
  it("wake all that wait for them, however many, also those who come when they are there", async () => {
    const records = new ProcessRecords(64 * 1024);
    try {
      records.start();
      const begun = performance.now();
      const waits = Array.from({ length: WAITS }, () =>
        records.come(LONG_MS).then(() => performance.now() - begun),
      );
      await sleep(50);
      // That is one record.
      writeFileSync(NAME, readFileSync(NAME));
      for (const waited of await Promise.all(waits)) expect(waited).toBeLessThan(SOON_MS);
      await records.come(LONG_MS);
      expect(performance.now() - begun).toBeLessThan(SOON_MS);
    } finally {
      records.close();
    }
  });
});
