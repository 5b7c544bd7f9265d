import { rmSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "vite";

/** Bundles the worker with the resolver into one file: threads run no TypeScript, and coverage is of one script. */
export async function bundle(folder: string): Promise<{ path: string; remove(): void }> {
  await build({
    configFile: false,
    logLevel: "error",
    build: {
      ssr: fileURLToPath(new URL("worker.ts", import.meta.url)),
      outDir: folder,
      emptyOutDir: true,
      minify: false,
      rollupOptions: { output: { entryFileNames: "worker.mjs" } },
    },
  });
  return {
    path: join(folder, "worker.mjs"),
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}
