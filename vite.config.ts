import { createHash } from "node:crypto";
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

const ANY_SCRIPT = "script-src 'unsafe-inline'";

/**
 * Lets the page run its own script and no other: in the built page's policy the script's hash takes the place of
 * `unsafe-inline`, so that a name that got into the page as markup could not run either.
 */
function allowOwnScriptOnly(): Plugin {
  return {
    name: "stapflame-allow-own-script-only",
    enforce: "post",
    generateBundle: {
      // After the script was put into the page, which is done in the same order.
      order: "post",
      handler(_, bundle) {
        const page = bundle["index.html"];
        if (page?.type !== "asset") throw new Error("The build made no index.html.");
        const html = String(page.source);
        const script = /<script type="module"[^>]*>(.+?)<\/script>/s.exec(html)?.[1];
        if (script === undefined || !html.includes(ANY_SCRIPT)) {
          throw new Error("index.html has no inlined script, or no policy for it.");
        }
        const hash = createHash("sha256").update(script).digest("base64");
        page.source = html.replace(ANY_SCRIPT, () => `script-src 'sha256-${hash}'`);
      },
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
        plugins: [viteSingleFile(), allowOwnScriptOnly()],
        build: { outDir: here("./dist/viewer"), emptyOutDir: true, target: "es2022" },
      }),
}));
