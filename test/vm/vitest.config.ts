import { defineConfig } from "vitest/config";
import { LongestFirst } from "./longest-first.ts";
import { readOptions } from "./options.ts";

const { full, files } = readOptions(process.argv);
/** A guest has two CPUs, but mostly uses one; this many keep a machine of two CPUs busy. */
const GUESTS_AT_ONCE = 2;

/** Tests on real kernels in QEMU: `npm run test:vm -- [--full] [FILE…]`. See docs/testing.md. */
export default defineConfig({
  define: { __STAPFLAME_VERSION__: JSON.stringify("test") },
  test: {
    reporters: ["default", "test/vm/closing-report.ts", "test/setup/closing-line.ts"],
    include: (files.length > 0 ? files : ["*"]).map((name) => `test/vm/${name}.test.ts`),
    globalSetup: ["test/vm/setup.ts"],
    provide: { full },
    maxWorkers: GUESTS_AT_ONCE,
    sequence: { sequencer: LongestFirst },
    // Limits are those of Machine.run: they tell what took too long.
    testTimeout: 3_600_000,
    hookTimeout: 600_000,
  },
});
