import { createHash } from "node:crypto";
import { chmodSync, existsSync, readFileSync, rmSync, symlinkSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { gunzipSync, gzipSync } from "node:zlib";
import { build, defineConfig, type Plugin } from "vite";
import { viteSingleFile } from "vite-plugin-singlefile";
import { decodeBase93, encodeBase93 } from "./viewer/data/base93.ts";

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
 * Scripts that lie in the page as gzip in printable characters (viewer/data/run-packed.ts): the element that holds each, what it is built
 * of, and what it is called in stack traces.
 */
const PACKED = [
  { id: "stapflame-program", entry: "./viewer/main.ts", name: "stapflame.js" },
  { id: "stapflame-formats", entry: "./viewer/formats/entry.ts", name: "stapflame-formats.js" },
];
const placeOf = (id: string) => `<script type="text/plain" id="${id}">`;

/** A script of one piece that runs wherever it is put. */
async function buildScript(entry: string, name: string, define: Record<string, string>): Promise<string> {
  const built = await build({
    configFile: false,
    logLevel: "warn",
    root: here("./viewer"),
    define,
    plugins: [withoutUnusedD3()],
    build: {
      write: false,
      target: "es2022",
      modulePreload: false,
      rollupOptions: { input: here(entry), output: { format: "iife", name: "stapflameScript" } },
    },
  });
  const outputs = [built].flat().flatMap((each) => ("output" in each ? each.output : []));
  const chunks = outputs.filter((output) => output.type === "chunk");
  if (chunks.length !== 1) throw new Error(`${entry} was built to ${chunks.length} scripts.`);
  return `${chunks[0].code.trimEnd()}\n//# sourceURL=${name}`;
}

function packScripts(define: Record<string, string>): Plugin {
  return {
    name: "stapflame-pack-scripts",
    transformIndexHtml: {
      order: "post",
      async handler(html) {
        let page = html;
        for (const { id, entry, name } of PACKED) {
          if (!page.includes(placeOf(id))) throw new Error(`index.html has no place for ${entry}.`);
          const script = await buildScript(entry, name, define);
          const packed = encodeBase93(gzipSync(script, { level: 9 }));
          page = page.replace(placeOf(id), () => placeOf(id) + packed);
        }
        return page;
      },
    },
  };
}

const ANY_SCRIPT = "script-src 'unsafe-inline'";

/**
 * Lets the page run its own three scripts and no other: in the built page's policy their hashes take the place of
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
        const unpacked = PACKED.map(({ id }) => {
          const packed = new RegExp(`${placeOf(id)}([^<]+)<`).exec(html)?.[1];
          if (packed === undefined) throw new Error(`index.html has no packed script in ${id}.`);
          return gunzipSync(decodeBase93(packed));
        });
        const hashes = [script, ...unpacked].map(
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

/** Commander starts programs for subcommands that are such; ours are none, and what it loads for that takes 3 ms of each start. */
function withoutSubprograms(): Plugin {
  return {
    name: "stapflame-without-subprograms",
    enforce: "pre",
    resolveId: (source, importer) =>
      source === "node:child_process" && importer?.includes("/commander/")
        ? here("./cli/no-subprograms.ts")
        : undefined,
  };
}

/**
 * What several commands share lies in few files, for each takes Node.js half a millisecond to find, read and compile: by itself,
 * `symbolize` had 22. All about names is one file, as who wants a part of it mostly wants all; but for what only recordings want and
 * Node.js takes 3 ms and 1.5 MiB to load its own modules for.
 */
const SHARED_FILES = [
  {
    name: "common",
    test: /[\\/](cli[\\/](colors|failure|terminal|tune-v8|version|words)|collector[\\/](contract|limits)|profile[\\/](frame-kind|growable)|(in|out)put-formats)\.ts$/,
  },
  { name: "names", test: /[\\/]symbolizer[\\/](?!unwind|program-libraries)/, minShareCount: 2 },
];

const DEFINE = { __STAPFLAME_VERSION__: JSON.stringify(version) };

/**
 * Two builds. `vite build --ssr` makes the CLI for Node, and the thread that compiles unwind tables; it empties `dist/`, so it
 * is the first. `vite build` makes the viewer: one HTML file with all script and style in it, which the CLI fills with a
 * profile.
 */
export default defineConfig(({ isSsrBuild }) => ({
  define: DEFINE,
  ...(isSsrBuild
    ? {
        plugins: [linkCommand(), withoutSubprograms()],
        // Bundled: what starts with every command. Left outside: native code, wasm, and what is loaded only when asked for.
        ssr: { external: ["koffi", "open"], noExternal: true },
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
            output: {
              entryFileNames: "[name].js",
              chunkFileNames: "chunks/[name]-[hash].js",
              codeSplitting: { groups: SHARED_FILES },
            },
          },
        },
      }
    : {
        root: here("./viewer"),
        plugins: [viteSingleFile(), packScripts(DEFINE), allowOwnScriptsOnly()],
        build: {
          outDir: here("./dist/viewer"),
          emptyOutDir: true,
          target: "es2022",
          // For one script there is nothing to load ahead.
          modulePreload: { polyfill: false },
        },
      }),
}));
