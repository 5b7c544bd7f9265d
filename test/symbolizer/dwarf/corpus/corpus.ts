import { execFile, execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import {
  accessSync,
  constants,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { DEBIAN_RECIPES } from "./debian-recipes.ts";
import { FUZZ_RECIPES } from "./fuzz-recipes.ts";
import { PROGRAM_RECIPES } from "./program-recipes.ts";
import type { Recipe, Tier } from "./recipe.ts";

/** A binary with debug information, built or fetched. */
export interface CorpusFile {
  name: string;
  path: string;
  /** What judges read: the same file, or one with the same code at the same addresses. */
  judgedBy: string;
  /** dwz's common file; "" when there is none. */
  common: string;
}

const SOURCES = fileURLToPath(new URL("sources", import.meta.url));
const RECIPES: Record<Tier, readonly Recipe[]> = {
  small: PROGRAM_RECIPES,
  large: DEBIAN_RECIPES,
  fuzz: FUZZ_RECIPES,
};
/** Compilers use a core each. */
const AT_ONCE = 2;
const VERSION_ASKED = ["g++", "clang", "ld.lld", "dwz", "dwp", "llvm-dwp", "rustc"];

/** For scripts: the file that judges read must have the very code of the file that we read. */
const PRELUDE = `
same_text() {
  for file in "$1" "$2"; do
    objcopy -O binary --only-section=.text --set-section-flags .text=alloc,load,contents "$file" "$file.text"
    readelf -SW "$file" | awk '$2 == ".text" || $3 == ".text" {print $(NF-7)}' >> "$file.text"
  done
  cmp "$1.text" "$2.text"
  rm "$1.text" "$2.text"
}
`;

/** Where the corpus is kept: it outlives the repository's clean-up, and is hundreds of megabytes. */
export function cacheFolder(): string {
  const asked = process.env.STAPFLAME_CORPUS_CACHE;
  if (asked !== undefined && asked !== "") return asked;
  try {
    mkdirSync("/var/cache/stapflame-corpus", { recursive: true });
    accessSync("/var/cache/stapflame-corpus", constants.W_OK);
    return "/var/cache/stapflame-corpus";
  } catch {
    return join(tmpdir(), "stapflame-corpus");
  }
}

/** The files of a tier, without asking whether they are built. */
export function corpusFiles(tier: Tier): CorpusFile[] {
  return RECIPES[tier].flatMap((recipe) => {
    const folder = folderOf(recipe);
    const inputs = recipe.after === undefined ? "" : folderOf(recipeNamed(recipe.after));
    return recipe.files.map(({ name, path, judgedBy = path, common }) => ({
      name,
      path: join(folder, path),
      judgedBy: judgedBy.startsWith("$IN/") ? join(inputs, judgedBy.slice(4)) : join(folder, judgedBy),
      common: common === undefined ? "" : join(folder, common),
    }));
  });
}

/** Makes what is not there yet of a tier. */
export async function buildCorpus(tier: Tier): Promise<void> {
  const waiting = [...RECIPES[tier]];
  const making = new Map<string, Promise<void>>();
  const worker = async () => {
    for (let recipe = waiting.shift(); recipe !== undefined; recipe = waiting.shift()) {
      await ensure(recipe, making);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
}

function ensure(recipe: Recipe, making: Map<string, Promise<void>>): Promise<void> {
  let made = making.get(recipe.name);
  if (made === undefined) {
    made = make(recipe, making);
    making.set(recipe.name, made);
  }
  return made;
}

async function make(recipe: Recipe, making: Map<string, Promise<void>>): Promise<void> {
  const folder = folderOf(recipe);
  if (existsSync(folder)) return;
  if (recipe.after !== undefined) await ensure(recipeNamed(recipe.after), making);
  mkdirSync(cacheFolder(), { recursive: true });
  const made = mkdtempSync(join(cacheFolder(), ".making-"));
  const env = {
    ...process.env,
    // Debian's tools before those that a user has installed, such as rustup's.
    PATH: `/usr/bin:/bin:${process.env.PATH ?? ""}`,
    LC_ALL: "C",
    SRC: SOURCES,
    OUT: folder,
    IN: recipe.after === undefined ? "" : folderOf(recipeNamed(recipe.after)),
    GOCACHE: join(cacheFolder(), "go-cache"),
  };
  try {
    await promisify(execFile)("nice", ["bash", "-euo", "pipefail", "-c", PRELUDE + recipe.script], {
      cwd: made,
      env,
      maxBuffer: 1 << 26,
    });
    renameSync(made, folder);
  } catch (error) {
    // Another process may have been first.
    if (existsSync(folder)) return;
    const told = error instanceof Error && "stderr" in error ? String(error.stderr) : "";
    throw new Error(`corpus: ${recipe.name} could not be made: ${told.slice(-2000)}`, { cause: error });
  } finally {
    rmSync(made, { recursive: true, force: true });
  }
}

function recipeNamed(name: string): Recipe {
  const recipe = [...RECIPES.small, ...RECIPES.large].find((one) => one.name === name);
  if (recipe === undefined) throw new Error(`corpus: no recipe is called ${name}`);
  return recipe;
}

function folderOf(recipe: Recipe): string {
  return join(cacheFolder(), `${recipe.name}-${keyOf(recipe)}`);
}

/** Changes with anything that the product depends on: script, sources, tools, and what it is made after. */
function keyOf(recipe: Recipe): string {
  const hash = createHash("sha256").update(PRELUDE).update(recipe.script);
  // What is fetched stays as it was fetched.
  if (recipe.sources.length > 0) hash.update(toolVersions());
  for (const source of recipe.sources) hash.update(readFileSync(join(SOURCES, source)));
  if (recipe.after !== undefined) hash.update(keyOf(recipeNamed(recipe.after)));
  return hash.digest("hex").slice(0, 10);
}

let versions: string | undefined;
function toolVersions(): string {
  versions ??= VERSION_ASKED.map((tool) => {
    const path = `/usr/bin:/bin:${process.env.PATH ?? ""}`;
    return execFileSync(tool, ["--version"], { env: { ...process.env, PATH: path } })
      .toString()
      .split("\n")[0];
  }).join("\n");
  return versions;
}
