import { defineConfig } from "vitest/config";

/** Benchmarks: `npm run bench`. They print figures and ratios, and never fail on time. */
export default defineConfig({
  define: { __STAPFLAME_VERSION__: JSON.stringify("bench") },
  test: {
    include: ["test/bench/**/*.bench.test.ts"],
    globalSetup: ["test/setup/bench.ts"],
    fileParallelism: false,
    testTimeout: 1_800_000,
    hookTimeout: 300_000,
    reporters: ["verbose"],
  },
});
