import {
  chmodSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { indexCache } from "../../../symbolizer/debug-files/index-cache.ts";
import { mutations } from "../judges.ts";
import { put, workshop } from "./workshop.ts";

const folder = workshop("index");
const ID = "ab".repeat(20);
const at = (name: string) => ({ env: { XDG_CACHE_HOME: join(folder, name) } });
const inside = (name: string) => join(folder, name, "stapflame/debug-index");

test("gives back what was saved, for the same file, kind and version", () => {
  const cache = indexCache(at("plain"));
  cache.save(ID, "lines", 3, Buffer.from("content"));
  expect(Buffer.from(indexCache(at("plain")).load(ID, "lines", 3) ?? []).toString()).toBe("content");
  expect(cache.load(ID, "lines", 4)).toBeUndefined();
  expect(cache.load(ID, "units", 3)).toBeUndefined();
  expect(cache.load("cd".repeat(20), "lines", 3)).toBeUndefined();
  expect(statSync(inside("plain")).mode & 0o777).toBe(0o700);
  cache.save("../../evil", "lines", 3, Buffer.from("x"));
  cache.save(ID, "../evil", 3, Buffer.from("x"));
  expect(readdirSync(inside("plain"))).toEqual([`${ID}.lines`]);
});

test("damaged content is not given", () => {
  const cache = indexCache(at("damaged"));
  cache.save(ID, "lines", 1, Buffer.alloc(100, 7));
  const file = join(inside("damaged"), `${ID}.lines`);
  const whole = readFileSync(file);
  for (const bytes of mutations(whole, 300, 2)) {
    writeFileSync(file, bytes);
    const content = cache.load(ID, "lines", 1);
    if (!whole.equals(bytes)) expect(content).toBeUndefined();
  }
});

test("what was used longest ago goes when there is no room", () => {
  const cache = indexCache({ ...at("full"), maxBytes: 5000 });
  const id = (n: number) => `${n}${n}`.repeat(4);
  for (const n of [1, 2, 3, 4]) {
    cache.save(id(n), "lines", 1, Buffer.alloc(1000));
    utimesSync(join(inside("full"), `${id(n)}.lines`), n, n);
  }
  cache.load(id(1), "lines", 1);
  cache.save(id(5), "lines", 1, Buffer.alloc(1000));
  const kept = () => [1, 2, 3, 4, 5].filter((n) => cache.load(id(n), "lines", 1) !== undefined);
  expect(kept()).toEqual([1, 3, 4, 5]);
  cache.save(id(6), "lines", 1, Buffer.alloc(6000));
  expect(kept()).toEqual([1, 3, 4, 5]);
});

test("a folder that others can write to, a link, a file, none at all: nothing is kept and nothing fails", () => {
  mkdirSync(inside("open"), { recursive: true });
  chmodSync(inside("open"), 0o777);
  mkdirSync(join(folder, "link"));
  symlinkSync(folder, join(folder, "link/stapflame"));
  put(folder, "file/stapflame", "");
  for (const name of ["open", "link", "file"]) {
    const cache = indexCache(at(name));
    cache.save(ID, "lines", 1, Buffer.from("x"));
    expect(cache.load(ID, "lines", 1)).toBeUndefined();
  }
  expect(() =>
    indexCache({ env: { XDG_CACHE_HOME: "/proc/no" } }).save(ID, "lines", 1, Buffer.of(1)),
  ).not.toThrow();
});
