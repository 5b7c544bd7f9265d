import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { Worker } from "node:worker_threads";
import { type Found, missing } from "../found.ts";
import { type CompileReply, type CompileRequest, type CompileSettings, compileJob } from "./compile-job.ts";
import type { TableAnswer, UnwindFile } from "./table-of-file.ts";

export interface UnwindTablesOptions extends Partial<CompileSettings> {
  /** The built compile-worker.ts; default: where the build puts it, beside the command. */
  worker?: URL;
}

/** Compiles tables in a thread of its own, one after another. */
export interface UnwindTables {
  /** Begins the thread before there is a request: it takes a while, in which the caller has other things to do. */
  begin(): void;
  /** The table of a file. `urgent` ones come before all others that wait. Never rejects. */
  tableOf(file: UnwindFile, urgent?: boolean): Promise<Found<TableAnswer>>;
  /** How many files wait or are being compiled. */
  readonly waiting: number;
  /** Ends the thread; what still waits is answered as missing. */
  close(): Promise<void>;
}

/** Where the build puts the worker, seen from the command itself and from its chunks. From sources there is none. */
const WORKER_PLACES = ["./unwind-worker.js", "../unwind-worker.js"];
const CLOSED = "was not compiled before the end";

interface Waiting {
  file: UnwindFile;
  answer: (answer: Found<TableAnswer>) => void;
}

/**
 * The thread begins with the first request, or when it is told to, and holds the process only while it works. Without a built worker (tests on
 * sources) this thread does the work, between other things.
 */
export function unwindTables(options: UnwindTablesOptions = {}): UnwindTables {
  const settings: CompileSettings = {
    cache: options.cache ?? true,
    debugFolders: options.debugFolders ?? [],
  };
  const entry = options.worker ?? builtWorker();
  const urgentOnes: Waiting[] = [];
  const others: Waiting[] = [];
  let current: (Waiting & { id: number }) | undefined;
  let thread: CompilingThread | undefined;
  let closed = false;
  let lastId = 0;

  function finish(id: number, answer: Found<TableAnswer>): void {
    if (current?.id !== id) return;
    const { answer: tell } = current;
    current = undefined;
    tell(answer);
    next();
  }

  /** The thread died: of what it was at, or before it began. The next file gets a new one. */
  function fail(reason: string): void {
    thread = undefined;
    if (current !== undefined) finish(current.id, missing(reason));
  }

  function begun(): CompilingThread {
    thread ??= entry === undefined ? thisThread(settings, finish) : ownThread(entry, settings, finish, fail);
    return thread;
  }

  function next(): void {
    if (current !== undefined || closed) return;
    const waiting = urgentOnes.shift() ?? others.shift();
    if (waiting === undefined) {
      thread?.rest();
      return;
    }
    lastId++;
    current = { ...waiting, id: lastId };
    begun().send({ id: lastId, file: waiting.file });
  }

  return {
    get waiting() {
      return urgentOnes.length + others.length + (current === undefined ? 0 : 1);
    },
    begin() {
      if (!closed && thread === undefined) begun().rest();
    },
    tableOf(file, urgent = false) {
      if (closed) return Promise.resolve(missing(CLOSED));
      return new Promise((answer) => {
        (urgent ? urgentOnes : others).push({ file, answer });
        next();
      });
    },
    async close() {
      closed = true;
      const left = [
        ...(current === undefined ? [] : [current]),
        ...urgentOnes.splice(0),
        ...others.splice(0),
      ];
      current = undefined;
      for (const { answer } of left) answer(missing(CLOSED));
      await thread?.end();
      thread = undefined;
    },
  };
}

function builtWorker(): URL | undefined {
  return WORKER_PLACES.map((place) => new URL(place, import.meta.url)).find(
    (place) => place.protocol === "file:" && existsSync(fileURLToPath(place)),
  );
}

interface CompilingThread {
  send(request: CompileRequest): void;
  /** There is nothing to do: the process may end. */
  rest(): void;
  end(): Promise<void>;
}

type Finish = (id: number, answer: Found<TableAnswer>) => void;

function ownThread(
  entry: URL,
  settings: CompileSettings,
  finish: Finish,
  fail: (reason: string) => void,
): CompilingThread {
  const worker = new Worker(entry, { workerData: settings, name: "unwind-tables" });
  let over = false;
  const failOnce = (reason: string) => {
    if (over) return;
    over = true;
    fail(reason);
  };
  worker.on("message", ({ id, answer }: CompileReply) => finish(id, answer));
  worker.on("error", (error) => {
    const text = error instanceof Error ? error.message : String(error);
    failOnce(`has no table, for the compiling thread failed (${text})`);
  });
  worker.on("exit", () => failOnce("has no table, for the compiling thread ended"));
  return {
    send(request) {
      worker.ref();
      worker.postMessage(request);
    },
    rest: () => worker.unref(),
    async end() {
      over = true;
      await worker.terminate();
    },
  };
}

function thisThread(settings: CompileSettings, finish: Finish): CompilingThread {
  const answerTo = compileJob(settings);
  let over = false;
  return {
    send({ id, file }) {
      setImmediate(() => {
        if (!over) finish(id, answerTo(file));
      });
    },
    rest() {},
    async end() {
      over = true;
    },
  };
}
