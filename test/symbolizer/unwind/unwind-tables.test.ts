import { createHash } from "node:crypto";
import {
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import fc from "fast-check";
import { build } from "vite";
import { beforeAll, describe, expect, test, vi } from "vitest";
import { indexCache } from "../../../symbolizer/debug-files/index-cache.ts";
import { compileUnwindTable } from "../../../symbolizer/unwind/compile-table.ts";
import { packUnwindTable } from "../../../symbolizer/unwind/pack-table.ts";
import {
  type PackedTable,
  readPackedTable,
  writePackedTable,
} from "../../../symbolizer/unwind/packed-table.ts";
import { tableOfFile } from "../../../symbolizer/unwind/table-of-file.ts";
import { unwindTables } from "../../../symbolizer/unwind/unwind-tables.ts";
import { vdsoSource } from "../../../symbolizer/vdso.ts";
import { bytesOf, cSource, idOf, open, put, run, value, workshop } from "../debug-files/workshop.ts";
import { mutations } from "../judges.ts";

const folder = workshop("tables");
const BASH = "/bin/bash";
const noSources = { cache: undefined, finder: undefined };
const cacheAt = (name: string) => indexCache({ env: { XDG_CACHE_HOME: join(folder, name) } });
const kept = (name: string) => join(folder, name, "stapflame/debug-index");

/** A table with digests in place of its bytes, which `toEqual` would compare one by one for seconds. */
function told(table: PackedTable) {
  const digest = (bytes: Uint8Array) => createHash("sha256").update(bytes).digest("hex");
  return { ...table, pieces: table.pieces.map((piece) => ({ ...piece, bytes: digest(piece.bytes) })) };
}

/** Threads run no TypeScript, so the worker is bundled as the build does it. */
let worker: URL;
beforeAll(async () => {
  await build({
    configFile: false,
    logLevel: "error",
    build: {
      ssr: fileURLToPath(new URL("../../../symbolizer/unwind/compile-worker.ts", import.meta.url)),
      outDir: join(folder, "worker"),
      minify: false,
      rollupOptions: { output: { entryFileNames: "worker.mjs" } },
    },
  });
  worker = pathToFileURL(join(folder, "worker/worker.mjs"));
});

describe("a file's table", () => {
  test("from a path, a descriptor and bytes, with what places it", () => {
    const { table } = value(tableOfFile({ content: BASH }, noSources));
    const compiled = value(compileUnwindTable(open(BASH)));
    expect(told(table)).toEqual(
      told({
        machine: "x86-64",
        buildId: idOf(BASH),
        pieces: packUnwindTable(compiled),
        segments: compiled.segments,
        stats: compiled.stats,
        mergedRows: compiled.rowStarts.length,
      }),
    );
    const fd = openSync(BASH, "r");
    expect(told(value(tableOfFile({ content: fd }, noSources)).table)).toEqual(told(table));
    closeSync(fd);
    expect(told(value(tableOfFile({ content: readFileSync(BASH) }, noSources)).table)).toEqual(told(table));
    expect(
      value(tableOfFile({ content: bytesOf(value(vdsoSource())) }, noSources)).table.stats.fdes,
    ).toBeGreaterThan(0);
  });

  test("sentences for what has none", () => {
    expect(tableOfFile({ content: join(folder, "gone") }, noSources).missing).toMatch(/^no such file/);
    expect(tableOfFile({ content: "/etc/passwd" }, noSources).missing).toBe("is not an ELF file");
    expect(tableOfFile({ content: folder }, noSources).missing).toBe("is not a regular file");
  });

  test("is kept by build ID, and taken from there", () => {
    const cache = cacheAt("kept");
    const first = value(tableOfFile({ content: BASH }, { ...noSources, cache }));
    const second = value(tableOfFile({ content: BASH }, { ...noSources, cache }));
    expect([first.fromCache, second.fromCache]).toEqual([false, true]);
    expect(told(second.table)).toEqual(told(first.table));
    expect(readdirSync(kept("kept"))).toEqual([`${idOf(BASH)}.unwind-table`]);
  });

  test("a damaged one is not taken, and made anew", () => {
    const cache = cacheAt("damaged");
    const { table } = value(tableOfFile({ content: BASH }, { ...noSources, cache }));
    const file = join(kept("damaged"), `${idOf(BASH)}.unwind-table`);
    const whole = readFileSync(file);
    const damaged = [
      ...mutations(whole, 20, 3),
      whole.subarray(0, 1000),
      Buffer.alloc(0),
      Buffer.from("text"),
    ];
    for (const bytes of damaged.filter((bytes) => !whole.equals(bytes))) {
      writeFileSync(file, bytes);
      const again = value(tableOfFile({ content: BASH }, { ...noSources, cache }));
      expect(again.fromCache).toBe(false);
      expect(told(again.table)).toEqual(told(table));
      expect(readFileSync(file).equals(whole)).toBe(true);
    }
  });

  test("with .debug_frame of a debug file, which is kept apart", () => {
    const program = join(folder, "program");
    const source = put(folder, "program.c", cSource());
    const flags = ["-g", "-O2", "-fno-asynchronous-unwind-tables", "-Wl,--build-id"];
    run(folder, "gcc", ...flags, source, "-o", program);
    run(folder, "objcopy", "--only-keep-debug", program, `${program}.debug`);
    run(folder, "strip", program);
    run(folder, "objcopy", `--add-gnu-debuglink=${program}.debug`, program);
    const cache = cacheAt("debug");
    const finder = { local: () => ({ found: { path: `${program}.debug`, elf: open(`${program}.debug`) } }) };
    const without = value(tableOfFile({ content: program, path: program }, { finder: undefined, cache }));
    const before = value(tableOfFile({ content: program, path: program }, { finder, cache }));
    const again = value(tableOfFile({ content: program, path: program }, { finder, cache }));
    expect(without.table.stats.sections).toEqual([".eh_frame"]);
    expect(before.table.stats.sections).toEqual([".eh_frame", ".debug_frame"]);
    expect(before.table.stats.fdes).toBeGreaterThan(without.table.stats.fdes + 40);
    expect([before.fromCache, again.fromCache]).toEqual([false, true]);
    expect(told(again.table)).toEqual(told(before.table));
  });

  test("what is read of the cache is what was written, or nothing", () => {
    const { table } = value(tableOfFile({ content: BASH }, noSources));
    const written = writePackedTable(table);
    const read = readPackedTable(written);
    expect(read && told(read)).toEqual(told(table));
    for (const bytes of mutations(written.subarray(0, 2000), 300, 4))
      expect(() => readPackedTable(bytes)).not.toThrow();
    fc.assert(fc.property(fc.uint8Array(), (bytes) => readPackedTable(bytes) === undefined));
    fc.assert(
      fc.property(fc.json(), (json) => {
        const text = Buffer.from(json);
        const length = Buffer.alloc(4);
        length.writeUInt32LE(text.length);
        return readPackedTable(Buffer.concat([length, text])) === undefined;
      }),
    );
  });
});

describe.each(["a thread of its own", "this thread"])("tables by %s", (where) => {
  const options = () => (where === "this thread" ? {} : { worker });

  test("come one after another, urgent ones first, each with its own answer", async () => {
    const tables = unwindTables({ cache: false, ...options() });
    const order: string[] = [];
    const ask = async (path: string, urgent: boolean) => {
      const answer = await tables.tableOf({ content: path }, urgent);
      order.push(path);
      return answer;
    };
    const asked = [ask(BASH, false), ask("/etc/passwd", false), ask("/bin/ls", true)];
    expect(tables.waiting).toBe(3);
    const [bash, text, ls] = await Promise.all(asked);
    expect(order).toEqual([BASH, "/bin/ls", "/etc/passwd"]);
    expect(told(value(bash).table)).toEqual(told(value(tableOfFile({ content: BASH }, noSources)).table));
    expect(value(ls).table.buildId).toBe(idOf("/bin/ls"));
    expect(text.missing).toBe("is not an ELF file");
    expect(tables.waiting).toBe(0);
    await tables.close();
  });

  test("what waits at the end is told so, and nothing is begun any more", async () => {
    const tables = unwindTables({ cache: false, ...options() });
    const waiting = ["/usr/bin/node", BASH].map((content) => tables.tableOf({ content }));
    await tables.close();
    const last = tables.tableOf({ content: BASH });
    for (const answer of await Promise.all([...waiting, last])) {
      expect(answer.missing).toBe("was not compiled before the end");
    }
  });
});

describe("the compiling thread", () => {
  /** The worker, which does something first: code that has `marker`, the path of a file that is not there yet. */
  function workerAfter(name: string, first: string): { entry: URL; marker: string } {
    mkdirSync(join(folder, name), { recursive: true });
    const marker = join(folder, name, "marker");
    const script = put(
      folder,
      `${name}/worker.mjs`,
      `import { appendFileSync, existsSync } from "node:fs";
       const marker = ${JSON.stringify(marker)};
       ${first}
       await import(${JSON.stringify(worker.href)});`,
    );
    return { entry: pathToFileURL(script), marker };
  }

  test("that dies leaves one file without a table, and the next one gets a new thread", async () => {
    const { entry } = workerAfter(
      "dying",
      `if (!existsSync(marker)) {
         appendFileSync(marker, "");
         throw new Error("out of luck");
       }`,
    );
    const tables = unwindTables({ cache: false, worker: entry });
    const [first, second] = await Promise.all(
      [BASH, "/bin/ls"].map((content) => tables.tableOf({ content })),
    );
    expect(first.missing).toBe("has no table, for the compiling thread failed (out of luck)");
    expect(value(second).table.buildId).toBe(idOf("/bin/ls"));
    await tables.close();
  });

  test("can be begun before there is a request, once", async () => {
    const { entry, marker } = workerAfter("early", `appendFileSync(marker, "begun\\n");`);
    const tables = unwindTables({ cache: false, worker: entry });
    tables.begin();
    tables.begin();
    await vi.waitUntil(() => existsSync(marker), { timeout: 20_000 });
    expect(value(await tables.tableOf({ content: "/bin/ls" })).table.buildId).toBe(idOf("/bin/ls"));
    await tables.close();
    tables.begin();
    expect((await tables.tableOf({ content: BASH })).missing).toBe("was not compiled before the end");
    expect(readFileSync(marker, "utf8")).toBe("begun\n");
  });

  test("is found beside the built command, from the command and from its chunks", async () => {
    const layout = join(folder, "layout");
    const source = fileURLToPath(new URL("../../../symbolizer/unwind/unwind-tables.ts", import.meta.url));
    for (const place of ["stapflame.js", "chunks/run.js"]) {
      await build({
        configFile: false,
        logLevel: "error",
        build: {
          ssr: source,
          outDir: layout,
          emptyOutDir: false,
          minify: false,
          rollupOptions: { output: { entryFileNames: place } },
        },
      });
    }
    put(folder, "layout/package.json", '{"type": "module"}');
    const script = `import { parentPort } from "node:worker_threads";
      parentPort.on("message", ({ id }) => parentPort.postMessage({ id, answer: { missing: "asked", absent: true } }));`;
    put(folder, "layout/unwind-worker.js", script);
    for (const place of ["stapflame.js", "chunks/run.js"]) {
      const built: { unwindTables: typeof unwindTables } = await import(
        pathToFileURL(join(layout, place)).href
      );
      const tables = built.unwindTables({ cache: false });
      expect((await tables.tableOf({ content: BASH })).missing).toBe("asked");
      await tables.close();
    }
  });

  test("does not block this one", async () => {
    const tables = unwindTables({ cache: false, worker });
    await tables.tableOf({ content: "/bin/ls" });
    let longest = 0;
    let last = performance.now();
    const timer = setInterval(() => {
      longest = Math.max(longest, performance.now() - last);
      last = performance.now();
    }, 1);
    const { table } = value(await tables.tableOf({ content: "/usr/bin/node" }));
    clearInterval(timer);
    await tables.close();
    expect(table.mergedRows).toBeGreaterThan(100_000);
    // Most of it is waiting for a CPU: other tests run beside this one.
    expect(longest).toBeLessThan(1000);
  });
});
