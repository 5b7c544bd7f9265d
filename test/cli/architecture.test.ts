import { readdirSync, readFileSync, statSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import { describe, expect, it } from "vitest";
import { ROOT } from "../setup/build.ts";

/** The design's rooms: data flows one way, and nothing lower knows anything higher. */
const MAY_IMPORT: Record<string, string[]> = {
  profile: ["profile"],
  symbolizer: ["symbolizer", "profile"],
  collector: ["collector", "profile", "kmod-templates"],
  viewer: ["viewer", "profile"],
  cli: ["cli", "collector", "symbolizer", "profile", "viewer"],
};

function sources(folder: string): string[] {
  return readdirSync(join(ROOT, folder)).flatMap((name) => {
    const path = join(folder, name);
    if (statSync(join(ROOT, path)).isDirectory()) return sources(path);
    return path.endsWith(".ts") ? [path] : [];
  });
}

function imports(path: string): string[] {
  const text = readFileSync(join(ROOT, path), "utf8");
  return [...text.matchAll(/(?:from|import)\s*\(?\s*"([^"]+)"/g)].map((match) => match[1]);
}

describe.each(Object.entries(MAY_IMPORT))("%s/", (room, allowed) => {
  const files = sources(room);

  it("imports only what lies below it", () => {
    expect(files.length).toBeGreaterThan(3);
    for (const path of files) {
      for (const target of imports(path).filter((name) => name.startsWith("."))) {
        const [top] = relative(ROOT, resolve(ROOT, dirname(path), target)).split("/");
        expect(allowed, `${path} imports ${target}`).toContain(top);
      }
    }
  });

  it("keeps Node's API where it may be", () => {
    if (room !== "profile" && room !== "viewer") return;
    for (const path of files.filter((name) => !name.startsWith("profile/node/"))) {
      expect(
        imports(path).filter((name) => name.startsWith("node:")),
        path,
      ).toEqual([]);
    }
  });
});
