import { defineConfig } from "vitest/config";

/** `npm run test:programs`: user stacks of real programs at work, whole and as gdb has them; some minutes. */
export default defineConfig({
  define: { __STAPFLAME_VERSION__: JSON.stringify("test") },
  test: {
    include: ["test/programs/*.test.ts"],
    globalSetup: ["test/setup/programs.ts"],
    // Answers kept from a run before a change would be tested instead of it.
    env: { STAPFLAME_NO_CACHE: "1" },
    fileParallelism: false,
    testTimeout: 1_800_000,
    hookTimeout: 300_000,
    reporters: ["verbose", "test/setup/closing-line.ts"],
  },
});
