import { availableParallelism } from "node:os";
import { defineConfig } from "vitest/config";

/** Tests that measure, or watch the whole machine: one file after another, beside nothing else. */
const ALONE = ["test/integration/exact.test.ts", "test/browser/recording.test.ts"];

/**
 * Minutes of recordings, likewise alone: what they find, how they end and what they leave, comparisons of real builds, stacks of many
 * programs against gdb and perf, and as an ordinary user. And what huge pages cost.
 */
const RECORD = [
  "test/integration/{diff,jit-dump,lifecycle,other-node,other-runtimes,sampling,unwind,unwind-*,perf}.test.ts",
  "test/browser/speed.test.ts",
];

/**
 * Five kinds of test, one kind after another but for `integration` and `browser`. `unit` needs nothing but Node and other
 * people's tools as judges. `integration` runs the built command as a user does, as root. `browser` opens real pages
 * in Chromium. `alone` has the files of both that another's load would disturb. `record` is left to `npm run test:record`.
 */
export default defineConfig({
  define: { __STAPFLAME_VERSION__: JSON.stringify("test") },
  test: {
    reporters: ["default", "test/setup/closing-line.ts"],
    // Answers kept from a run before a change would be tested instead of it.
    env: { STAPFLAME_NO_CACHE: "1" },
    // By itself vitest leaves a CPU to its own process, which has next to nothing to do.
    maxWorkers: availableParallelism(),
    projects: [
      {
        extends: true,
        test: {
          name: "unit",
          globalSetup: ["test/setup/unit.ts"],
          include: ["test/{cli,collector,profile,symbolizer,viewer}/**/*.test.ts"],
          // A machine that is busy with something else is no failure.
          testTimeout: 30_000,
          hookTimeout: 60_000,
          // A process of its own for each of 150 files is a fifth of the time; pure logic leaves nothing to the next file.
          isolate: false,
          sequence: { groupOrder: 0 },
        },
      },
      {
        extends: true,
        test: {
          name: "integration",
          include: ["test/integration/**/*.test.ts"],
          exclude: [...ALONE, ...RECORD],
          globalSetup: ["test/setup/integration.ts"],
          testTimeout: 120_000,
          hookTimeout: 300_000,
          sequence: { groupOrder: 1 },
        },
      },
      {
        extends: true,
        test: {
          name: "browser",
          include: ["test/browser/**/*.test.ts"],
          exclude: [...ALONE, ...RECORD],
          globalSetup: ["test/setup/browser.ts"],
          testTimeout: 120_000,
          hookTimeout: 300_000,
          sequence: { groupOrder: 1 },
        },
      },
      {
        extends: true,
        test: {
          name: "alone",
          include: ALONE,
          globalSetup: ["test/setup/integration.ts", "test/setup/browser.ts"],
          fileParallelism: false,
          testTimeout: 120_000,
          hookTimeout: 300_000,
          sequence: { groupOrder: 2 },
        },
      },
      {
        extends: true,
        test: {
          name: "record",
          include: RECORD,
          globalSetup: ["test/setup/integration.ts", "test/setup/browser.ts"],
          fileParallelism: false,
          testTimeout: 120_000,
          hookTimeout: 300_000,
          sequence: { groupOrder: 3 },
        },
      },
    ],
  },
});
