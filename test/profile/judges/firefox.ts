/**
 * Whether a value is a processed profile of version 48, by the published types (src/types/profile.ts of
 * https://github.com/firefox-devtools/profiler at that version) and by what the Firefox Profiler takes for granted: tables
 * whose columns are as long as they say, indices within them, prefixes before what follows them, times in order.
 * The profiler itself can't be run here. Throws an Error that names the first thing that is wrong.
 */
export function checkFirefoxProfile(file: unknown): void {
  const top = record(file, "profile");
  const meta = record(top.meta, "meta");
  for (const key of [
    "interval",
    "startTime",
    "processType",
    "stackwalk",
    "version",
    "preprocessedProfileVersion",
  ]) {
    ensure(typeof meta[key] === "number" && Number.isFinite(meta[key]), `meta.${key} is a number`);
  }
  ensure(meta.preprocessedProfileVersion === 48, "the version is 48");
  ensure(typeof meta.product === "string", "meta.product is text");
  const categories = list(meta.categories, "meta.categories").map((category) =>
    record(category, "a category"),
  );
  const colours = [
    "transparent",
    "purple",
    "green",
    "orange",
    "yellow",
    "lightblue",
    "blue",
    "brown",
    "magenta",
    "red",
    "lightred",
    "darkgrey",
    "grey",
  ];
  for (const { name, color, subcategories } of categories) {
    ensure(
      typeof name === "string" && colours.includes(String(color)),
      `category ${name} has a colour of the profiler's`,
    );
    ensure(list(subcategories, "subcategories")[0] === "Other", "the first subcategory is Other");
  }
  list(meta.markerSchema, "meta.markerSchema");
  list(top.pages, "pages");
  const libs = list(top.libs, "libs");
  for (const lib of libs) {
    for (const key of ["arch", "name", "path", "debugName", "debugPath", "breakpadId"]) {
      ensure(typeof record(lib, "a lib")[key] === "string", `a lib's ${key} is text`);
    }
    ensure(/^[0-9A-F]{33}$/.test(String(record(lib, "a lib").breakpadId)), "a Breakpad ID has 33 digits");
  }
  for (const thread of list(top.threads, "threads"))
    checkThread(record(thread, "a thread"), categories.length, libs.length);
}

function checkThread(thread: Record<string, unknown>, categoryCount: number, libCount: number): void {
  ensure(typeof thread.pid === "string", "pid is text");
  ensure(["string", "number"].includes(typeof thread.tid), "tid is text or a number");
  ensure(typeof thread.name === "string" && typeof thread.processName === "string", "a thread has names");
  ensure(typeof thread.isMainThread === "boolean", "isMainThread is told");
  ensure(thread.processType === "default", "processType is default");
  ensure(thread.unregisterTime === null && thread.processShutdownTime === null, "nothing has ended");
  const strings = list(thread.stringArray, "stringArray");
  ensure(
    strings.every((text) => typeof text === "string"),
    "strings are text",
  );

  const resources = table(thread.resourceTable, ["lib", "name", "host", "type"]);
  each(resources.lib, (lib) => lib === null || within(lib, libCount), "a resource's lib is there");
  each(resources.name, (name) => within(name, strings.length), "a resource's name is there");
  const funcs = table(thread.funcTable, [
    "name",
    "isJS",
    "relevantForJS",
    "resource",
    "fileName",
    "lineNumber",
    "columnNumber",
  ]);
  each(funcs.name, (name) => within(name, strings.length), "a function's name is there");
  each(
    funcs.resource,
    (row) => row === -1 || within(row, resources.length),
    "a function's resource is there",
  );
  each(funcs.fileName, (name) => name === null || within(name, strings.length), "a function's file is there");
  each(funcs.isJS, (value) => typeof value === "boolean", "isJS is told");
  const frames = table(thread.frameTable, [
    "address",
    "inlineDepth",
    "category",
    "subcategory",
    "func",
    "nativeSymbol",
    "innerWindowID",
    "implementation",
    "line",
    "column",
  ]);
  each(
    frames.address,
    (address) => address === -1 || (Number.isInteger(address) && Number(address) >= 0),
    "an address is -1 or more",
  );
  each(frames.func, (func) => within(func, funcs.length), "a frame's function is there");
  each(frames.category, (category) => within(category, categoryCount), "a frame's category is there");
  each(frames.line, (line) => line === null || Number.isInteger(line), "a line is null or whole");
  const stacks = table(thread.stackTable, ["frame", "prefix", "category", "subcategory"]);
  each(stacks.frame, (frame) => within(frame, frames.length), "a stack's frame is there");
  each(
    stacks.prefix,
    (prefix, row) => prefix === null || within(prefix, row),
    "a prefix comes before its stack",
  );
  each(stacks.category, (category) => within(category, categoryCount), "a stack's category is there");
  table(thread.nativeSymbols, ["libIndex", "address", "name", "functionSize"]);
  table(thread.markers, ["data", "name", "startTime", "endTime", "phase", "category"]);
  const samples = table(thread.samples, ["stack", "time", "weight"]);
  ensure(
    ["samples", "tracing-ms", "bytes"].includes(String(record(thread.samples, "samples").weightType)),
    "weights have a type",
  );
  each(samples.stack, (stack) => stack === null || within(stack, stacks.length), "a sample's stack is there");
  each(
    samples.weight,
    (weight) => typeof weight === "number" && Number.isFinite(weight),
    "weights are numbers",
  );
  each(
    samples.time,
    (time, row) => Number(time) >= (row === 0 ? 0 : Number(samples.time[row - 1])),
    "times are in order",
  );
}

type Table = Record<string, unknown[]> & { length: number };

function table(value: unknown, columns: string[]): Table {
  const given = record(value, "a table");
  for (const name of columns)
    ensure(list(given[name], name).length === given.length, `${name} is as long as its table`);
  return given as Table;
}

function each(column: unknown[], holds: (value: unknown, row: number) => boolean, what: string): void {
  for (const [row, value] of column.entries())
    ensure(holds(value, row), `${what}, row ${row}: ${JSON.stringify(value)}`);
}

function within(value: unknown, length: number): boolean {
  return Number.isInteger(value) && Number(value) >= 0 && Number(value) < length;
}

function record(value: unknown, what: string): Record<string, unknown> {
  ensure(typeof value === "object" && value !== null && !Array.isArray(value), `${what} is an object`);
  return value as Record<string, unknown>;
}

function list(value: unknown, what: string): unknown[] {
  ensure(Array.isArray(value), `${what} is a list`);
  return value as unknown[];
}

function ensure(holds: boolean, what: string): void {
  if (!holds) throw new Error(`Not so: ${what}.`);
}
