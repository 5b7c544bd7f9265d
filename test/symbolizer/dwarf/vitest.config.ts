import { defineConfig } from "vitest/config";

/** `npm run test:dwarf`: the symbolizer against its judges on files of hundreds of megabytes; some minutes. */
export default defineConfig({
  define: { __STAPFLAME_VERSION__: JSON.stringify("test") },
  test: {
    include: ["test/symbolizer/**/*.dwarf.ts"],
    globalSetup: ["test/setup/dwarf.ts"],
    // Two judges at once; a large file takes gigabytes with one.
    maxConcurrency: 2,
    testTimeout: 1_800_000,
    hookTimeout: 1_800_000,
    reporters: ["verbose", "test/setup/closing-line.ts"],
  },
});
