import { chmodSync, existsSync, readFileSync, rmSync, symlinkSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { defineConfig, type Plugin } from "vite";
import { viteSingleFile } from "vite-plugin-singlefile";

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));
const { version } = JSON.parse(readFileSync(here("./package.json"), "utf8"));

/** Makes `npx stapflame` work in a clone: the built file executable, and linked where npx looks first. */
function linkCommand(): Plugin {
  return {
    name: "stapflame-link-command",
    closeBundle() {
      chmodSync(here("./dist/stapflame.js"), 0o755);
      const folder = here("./node_modules/.bin");
      if (!existsSync(folder)) return;
      rmSync(`${folder}/stapflame`, { force: true });
      symlinkSync("../../dist/stapflame.js", `${folder}/stapflame`);
    },
  };
}

/**
 * Two builds. `vite build --ssr` makes the CLI for Node; it empties `dist/`, so it is the
 * first. `vite build` makes the viewer: one HTML file with all script and style inlined, which the CLI fills with a
 * profile.
 */
export default defineConfig(({ isSsrBuild }) => ({
  define: { __STAPFLAME_VERSION__: JSON.stringify(version) },
  ...(isSsrBuild
    ? {
        plugins: [linkCommand()],
        // Bundled: what starts with every command. Left outside: native code, wasm, and what is loaded only when asked for.
        ssr: { external: ["koffi", "gecko-profiler-demangle", "open"], noExternal: true },
        build: {
          outDir: here("./dist"),
          emptyOutDir: true,
          target: "node20",
          minify: false,
          rollupOptions: {
            input: { stapflame: here("./cli/main.ts") },
            output: { entryFileNames: "[name].js", chunkFileNames: "chunks/[name]-[hash].js" },
          },
        },
      }
    : {
        root: here("./viewer"),
        plugins: [viteSingleFile()],
        build: { outDir: here("./dist/viewer"), emptyOutDir: true, target: "es2022" },
      }),
}));
