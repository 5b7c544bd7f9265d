import { defineConfig } from "vitest/config";

/**
 * Three kinds of test. `unit` needs nothing but Node. `integration` samples real programs on this machine: as root,
 * one file after another, because each watches the whole machine. `browser` opens real pages in Chromium.
 */
export default defineConfig({
  define: { __STAPFLAME_VERSION__: JSON.stringify("test") },
  test: {
    reporters: ["default", "test/setup/closing-line.ts"],
    // Answers kept from a run before a change would be tested instead of it.
    env: { STAPFLAME_NO_CACHE: "1" },
    projects: [
      {
        extends: true,
        test: {
          name: "unit",
          globalSetup: ["test/setup/unit.ts"],
          include: ["test/{cli,collector,profile,symbolizer,viewer}/**/*.test.ts"],
          // A machine that is busy with something else is no failure.
          testTimeout: 30_000,
        },
      },
      {
        extends: true,
        test: {
          name: "integration",
          include: ["test/integration/**/*.test.ts"],
          globalSetup: ["test/setup/integration.ts"],
          fileParallelism: false,
          testTimeout: 120_000,
          hookTimeout: 300_000,
        },
      },
      {
        extends: true,
        test: {
          name: "browser",
          include: ["test/browser/**/*.test.ts"],
          globalSetup: ["test/setup/browser.ts"],
          fileParallelism: false,
          testTimeout: 120_000,
          hookTimeout: 300_000,
        },
      },
    ],
  },
});
