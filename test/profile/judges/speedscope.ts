import { readdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { createContext, runInContext } from "node:vm";

/** A frame as speedscope's own files have it. */
export interface SpeedscopeFrame {
  name: string;
  file?: string;
  line?: number;
  col?: number;
}

/** What speedscope writes when it saves: all profiles evented. */
export interface SpeedscopeFile {
  name: string;
  shared: { frames: SpeedscopeFrame[] };
  profiles: {
    name: string;
    unit: string;
    endValue: number;
    events: { type: "O" | "C"; frame: number; at: number }[];
  }[];
}

interface Importers {
  load: (name: string, bytes: ArrayBuffer) => Promise<unknown>;
  save: (group: unknown) => SpeedscopeFile;
}

/**
 * What speedscope (the pinned npm package, as it runs in a browser) makes of a file: it is loaded by speedscope's
 * importers and saved by its exporter. `name` only matters for the formats that it tells by their names.
 */
export async function speedscopeReads(name: string, bytes: Uint8Array): Promise<SpeedscopeFile> {
  const { load, save } = importers();
  const group = await load(name, Uint8Array.from(bytes).buffer);
  if (group === null) throw new Error(`speedscope does not know what ${name} is`);
  return JSON.parse(JSON.stringify(save(group)));
}

let loaded: Importers | undefined;

/** The importers lie within the page's bundle, so it is run as far as where it would begin to draw. */
function importers(): Importers {
  if (loaded !== undefined) return loaded;
  const folder = join(
    dirname(createRequire(import.meta.url).resolve("speedscope/package.json")),
    "dist/release",
  );
  const bundle = readdirSync(folder).find((name) => /^speedscope-\w+\.js$/.test(name));
  if (bundle === undefined) throw new Error("The speedscope package has no bundle.");
  const source = readFileSync(join(folder, bundle), "utf8");
  const load = /await (\w+)\(\w+,await \w+\.arrayBuffer\(\)\)/.exec(source)?.[1];
  // Of the functions before the exporter's mark, the last that begins as it does.
  const before = source.slice(0, source.indexOf("exporter:`speedscope@"));
  const save = [...before.matchAll(/function (\w+)\(\w\)\{let \w=\[\],\w=new Map;/g)].pop()?.[1];
  const end = source.lastIndexOf("console.log(`speedscope v");
  if (load === undefined || save === undefined || end < 0) {
    throw new Error("The speedscope package is not the version that this judge was written for.");
  }
  const context = createContext(browserStandIn());
  runInContext(`${source.slice(0, end)}globalThis.judge={load:${load},save:${save}}})()`, context);
  loaded = (context as unknown as { judge: Importers }).judge;
  return loaded;
}

/** As much of a browser as the bundle asks for before it draws. */
function browserStandIn(): Record<string, unknown> {
  const element: object = new Proxy(() => element, {
    get: (_, key) => (key === Symbol.toPrimitive ? () => "" : element),
    set: () => true,
    apply: () => element,
    construct: () => element,
  });
  const window: Record<string, unknown> = {
    document: element,
    navigator: { userAgent: "", platform: "" },
    location: { protocol: "file:", hash: "", href: "file:///", search: "" },
    localStorage: { getItem: () => null, setItem: () => {} },
    addEventListener: () => {},
    matchMedia: () => ({ matches: false, addEventListener: () => {}, addListener: () => {} }),
    requestAnimationFrame: () => 0,
    console: { log: () => {}, warn: () => {}, error: () => {} },
    alert: () => {},
    TextDecoder,
    TextEncoder,
    URL,
    Element: class {},
    HTMLElement: class {},
    File: class {},
    FileReader: class {},
    devicePixelRatio: 1,
    setTimeout,
    clearTimeout,
    performance,
    Blob,
    fetch: () => Promise.reject(new Error("no network")),
    atob,
  };
  window.window = window;
  window.self = window;
  return window;
}

/** Weight of each stack (`root;…;leaf`, without frames of no name) of a profile that speedscope has saved. */
export function stackWeights(file: SpeedscopeFile, profile = 0): Map<string, number> {
  const weights = new Map<string, number>();
  const open: string[] = [];
  let last = 0;
  for (const { type, frame, at } of file.profiles[profile].events) {
    if (at > last && open.length > 0) {
      const path = open.join(";");
      weights.set(path, (weights.get(path) ?? 0) + at - last);
    }
    last = at;
    if (type === "O") open.push(file.shared.frames[frame].name);
    else open.pop();
  }
  return weights;
}
