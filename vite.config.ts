import { createHash } from "node:crypto";
import { chmodSync, existsSync, readFileSync, rmSync, symlinkSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { gunzipSync, gzipSync } from "node:zlib";
import { build, defineConfig, type Plugin } from "vite";
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

const FORMATS_PLACE = '<script type="text/plain" id="stapflame-formats">';
const PACKED_FORMATS = new RegExp(`${FORMATS_PLACE}([^<]+)<`);

/** Puts the readers and writers of other formats into the page as base64 of gzip (viewer/data/load-formats.ts). */
function packFormats(): Plugin {
  return {
    name: "stapflame-pack-formats",
    transformIndexHtml: {
      order: "post",
      async handler(html) {
        const built = await build({
          configFile: false,
          logLevel: "warn",
          build: {
            write: false,
            target: "es2022",
            rollupOptions: {
              input: here("./viewer/formats/entry.ts"),
              output: { format: "iife", name: "stapflameFormatsScript" },
            },
          },
        });
        const outputs = [built].flat().flatMap((each) => ("output" in each ? each.output : []));
        const script = outputs.find((output) => output.type === "chunk")?.code;
        if (script === undefined || !html.includes(FORMATS_PLACE)) {
          throw new Error("The formats were not built, or index.html has no place for them.");
        }
        const packed = gzipSync(script, { level: 9 }).toString("base64");
        return html.replace(FORMATS_PLACE, () => FORMATS_PLACE + packed);
      },
    },
  };
}

const ANY_SCRIPT = "script-src 'unsafe-inline'";

/**
 * Lets the page run its own two scripts and no other: in the built page's policy their hashes take the place of
 * `unsafe-inline`, so that a name that got into the page as markup could not run either.
 */
function allowOwnScriptsOnly(): Plugin {
  return {
    name: "stapflame-allow-own-scripts-only",
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
        const packed = PACKED_FORMATS.exec(html)?.[1];
        if (packed === undefined) throw new Error("index.html has no packed formats.");
        const formats = gunzipSync(Buffer.from(packed, "base64"));
        const hashes = [script, formats].map(
          (text) => `'sha256-${createHash("sha256").update(text).digest("base64")}'`,
        );
        page.source = html.replace(ANY_SCRIPT, () => `script-src ${hashes.join(" ")}`);
      },
    },
  };
}

/**
 * What d3-flame-graph asks of d3 and the page never uses, a tenth of the page: transitions (view/plain-selection.ts takes
 * them out anyway), its own wording of numbers, and scales of which it needs one straight line.
 */
const UNUSED_D3 = new Map([
  ["d3-transition", here("./viewer/d3/no-transition.ts")],
  ["d3-format", here("./viewer/d3/no-format.ts")],
  ["d3-scale", here("./viewer/d3/linear-scale.ts")],
]);

function withoutUnusedD3(): Plugin {
  return {
    name: "stapflame-without-unused-d3",
    enforce: "pre",
    resolveId: (source, importer) =>
      importer?.includes("/d3-flame-graph/") ? UNUSED_D3.get(source) : undefined,
  };
}

/**
 * Two builds. `vite build --ssr` makes the CLI for Node, and the thread that compiles unwind tables; it empties `dist/`, so it
 * is the first. `vite build` makes the viewer: one HTML file with all script and style inlined, which the CLI fills with a
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
            input: {
              stapflame: here("./cli/main.ts"),
              "unwind-worker": here("./symbolizer/unwind/compile-worker.ts"),
            },
            output: { entryFileNames: "[name].js", chunkFileNames: "chunks/[name]-[hash].js" },
          },
        },
      }
    : {
        root: here("./viewer"),
        plugins: [withoutUnusedD3(), viteSingleFile(), packFormats(), allowOwnScriptsOnly()],
        build: { outDir: here("./dist/viewer"), emptyOutDir: true, target: "es2022" },
      }),
}));
