import {
  copyFileSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { basename, join } from "node:path";
import { beforeAll, beforeEach, describe, expect, test } from "vitest";
import { companionsOf } from "../../../symbolizer/debug-files/companions.ts";
import type { DebugFile } from "../../../symbolizer/debug-files/debug-file.ts";
import { crcOf } from "../../../symbolizer/debug-files/debug-file.ts";
import { debugLinkOf } from "../../../symbolizer/debug-files/debug-link.ts";
import { debugFileFinder } from "../../../symbolizer/debug-files/finder.ts";
import { rootedPath } from "../../../symbolizer/debug-files/rooted-path.ts";
import { hasDwarf } from "../../../symbolizer/elf/dwarf-file.ts";
import type { Found } from "../../../symbolizer/found.ts";
import { cSource, idOf, open, put, run, value, workshop } from "./workshop.ts";

const folder = workshop("finder");
let root = "";
let round = 0;
/** Where the debug folder of the round is; nothing of the machine's own /usr/lib/debug is looked at. */
const debug = () => join(root, "debug");
const finder = (debugFolders: string[] = []) => debugFileFinder({ debugFolders, standardFolder: debug() });

beforeAll(() => {
  put(folder, "prog.c", cSource(5));
  run(folder, "gcc", "-g", "-O1", "-Wl,--build-id", "-o", "whole", "prog.c");
  run(folder, "gcc", "-g", "-O1", "-Wl,--build-id=none", "-o", "whole-noid", "prog.c");
  run(folder, "gcc", "-g", "-O2", "-Wl,--build-id", "-o", "other", "prog.c");
  for (const name of ["whole", "whole-noid", "other"]) {
    run(folder, "objcopy", "--only-keep-debug", name, `${name}.debug`);
    run(folder, "objcopy", "--strip-all", `--add-gnu-debuglink=${name}.debug`, name, `${name}-bare`);
  }
});

beforeEach(() => {
  root = join(folder, `round-${++round}`);
  mkdirSync(join(root, "bin"), { recursive: true });
});

/** Puts a stripped program and gives what the finder is asked with. */
function program(name: string, path = "bin/prog", below = root) {
  mkdirSync(join(below, path, ".."), { recursive: true });
  copyFileSync(join(folder, `${name}-bare`), join(below, path));
  return { elf: open(join(below, path)), path: join(below, path) };
}

function putDebug(name: string, path: string) {
  mkdirSync(join(path, ".."), { recursive: true });
  copyFileSync(join(folder, name), path);
  return path;
}

const byId = (id: string, below = debug()) =>
  join(below, ".build-id", id.slice(0, 2), `${id.slice(2)}.debug`);

/** The path or the reason, with the round's folder as ~. */
function told(answer: Found<DebugFile>): string {
  const text =
    answer.found === undefined ? `${answer.missing}${answer.absent ? " (absent)" : ""}` : answer.found.path;
  answer.found?.elf.source.close();
  return text.replaceAll(root, "~");
}

describe("a separate debug file is found", () => {
  test("by build ID", () => {
    const binary = program("whole");
    putDebug("whole.debug", byId(idOf(binary.path)));
    const file = value(finder().local(binary));
    expect([file.path, hasDwarf(file.elf)]).toEqual([byId(idOf(binary.path)), true]);
  });

  test.each(["bin/whole.debug", "bin/.debug/whole.debug"])("by its link, as %s", (place) => {
    const binary = program("whole");
    putDebug("whole.debug", join(root, place));
    expect(told(finder().local(binary))).toBe(`~/${place}`);
  });

  test("by its link under a debug folder, the user's own before the standard one", () => {
    const binary = program("whole");
    const own = join(root, "own");
    putDebug("whole.debug", join(debug(), root, "bin/whole.debug"));
    expect(told(finder([own]).local(binary))).toBe("~/debug~/bin/whole.debug");
    putDebug("whole.debug", join(own, root, "bin/whole.debug"));
    expect(told(finder([own]).local(binary))).toBe("~/own~/bin/whole.debug");
  });

  test("by its link's checksum where there is no build ID", () => {
    const binary = program("whole-noid");
    const path = putDebug("whole-noid.debug", join(root, "bin/whole-noid.debug"));
    expect(told(finder().local(binary))).toBe("~/bin/whole-noid.debug");
    expect(debugLinkOf(binary.elf)?.crc).toBe(crcOf(open(path).source));
    writeFileSync(path, Buffer.concat([readFileSync(path), Buffer.from("x")]));
    expect(told(finder().local(binary))).toBe(
      "no separate debug file; ~/bin/whole-noid.debug has another checksum than the debug link wants",
    );
  });

  test("in the container's root first, whose links stay inside it", () => {
    const inner = join(root, "container");
    const binary = { ...program("whole", "opt/prog", inner), path: "/opt/prog", root: inner };
    const id = idOf(join(inner, "opt/prog"));
    putDebug("whole.debug", byId(id));
    expect(told(finder().local(binary))).toBe(byId(id).replace(root, "~"));
    // An absolute link, as distributions have them, to a place that exists only inside.
    putDebug("whole.debug", join(inner, "real/file.debug"));
    mkdirSync(join(inner, byId(id), ".."), { recursive: true });
    symlinkSync("/real/file.debug", join(inner, byId(id)));
    expect(told(finder().local(binary))).toBe("~/container/real/file.debug");
    symlinkSync("../../../../../../../../../../../etc", join(inner, "out"));
    expect(rootedPath(inner, "/out/passwd")).toBe(join(inner, "etc/passwd"));
    symlinkSync("loop", join(inner, "loop"));
    expect(rootedPath(inner, "/loop/x")).toBeUndefined();
  });
});

describe("what is not taken", () => {
  test("a file of another build, which is said", () => {
    const binary = program("whole");
    const id = idOf(binary.path);
    const path = putDebug("other.debug", byId(id));
    expect(told(finder().local(binary))).toBe(
      `no separate debug file for build ID ${id}; ${path.replace(root, "~")} has build ID ${idOf(join(folder, "other"))}, wanted was ${id}`,
    );
    putDebug("whole.debug", join(root, "bin/whole.debug"));
    expect(told(finder().local(binary))).toBe("~/bin/whole.debug");
  });

  test("a FIFO, a folder, text, a stripped file, the binary itself", () => {
    const binary = program("whole", "bin/whole.debug");
    const id = idOf(binary.path);
    const nothing = `no separate debug file for build ID ${id}`;
    expect(told(finder().local(binary))).toBe(`${nothing} (absent)`);
    const path = byId(id);
    mkdirSync(path, { recursive: true });
    expect(told(finder().local(binary))).toContain("is not a regular file");
    rmSync(path, { recursive: true });
    run(folder, "mkfifo", path);
    expect(told(finder().local(binary))).toContain("is not a regular file");
    rmSync(path);
    writeFileSync(path, "text");
    expect(told(finder().local(binary))).toContain("is not an ELF file");
    putDebug("whole-bare", path);
    expect(told(finder().local(binary))).toContain("holds no debug information");
  });
});

test("answers are remembered, misses too, and opened anew", () => {
  const binary = program("whole");
  const one = finder();
  expect(told(one.local(binary))).toContain("(absent)");
  putDebug("whole.debug", join(root, "bin/whole.debug"));
  expect(told(one.local(binary))).toContain("(absent)");
  const two = finder();
  const first = value(two.local(binary));
  first.elf.source.close();
  expect(value(two.local(binary)).elf.source.read(0, 4)).toHaveLength(4);
});

describe("dwz's common file", () => {
  let pair: string;

  beforeAll(() => {
    pair = join(folder, "dwz");
    mkdirSync(pair);
    for (const name of ["whole", "other"])
      copyFileSync(join(folder, `${name}.debug`), join(pair, `${name}.debug`));
    run(pair, "dwz", "-q", "-m", "common.debug", "-M", "../.dwz/common.debug", "whole.debug", "other.debug");
  });

  /** Debug files as Debian has them: .build-id/xx/yyy.debug and .dwz/NAME. */
  function install(commonPath: string) {
    const binary = program("whole");
    mkdirSync(join(byId(idOf(binary.path)), ".."), { recursive: true });
    copyFileSync(join(pair, "whole.debug"), byId(idOf(binary.path)));
    const common = join(debug(), commonPath);
    mkdirSync(join(common, ".."), { recursive: true });
    copyFileSync(join(pair, "common.debug"), common);
    return binary;
  }

  test.each([".dwz/common.debug", ".build-id/.dwz/common.debug", "by ID"])("is found as %s", (place) => {
    const id = idOf(join(pair, "common.debug"));
    const path = place === "by ID" ? `.build-id/${id.slice(0, 2)}/${id.slice(2)}.debug` : place;
    const binary = install(path);
    const search = finder();
    const file = value(search.local(binary));
    expect(told(search.alternate(file))).toBe(`~/debug/${path}`);
    const companions = companionsOf(search, binary, file);
    const alternate = value(companions.alternate());
    expect(value(alternate.section(".debug_info")).size).toBeGreaterThan(20);
    expect(value(companions.alternate())).toBe(alternate);
    companions.close();
  });

  test("of another build, or none, is said", () => {
    const binary = install(".dwz/common.debug");
    const path = join(debug(), ".dwz/common.debug");
    copyFileSync(join(folder, "other.debug"), path);
    const file = value(finder().local(binary));
    expect(told(finder().alternate(file))).toMatch(
      /is not here; ~\/debug\/.dwz\/common.debug has build ID \w+, wanted/,
    );
    rmSync(path);
    expect(told(finder().alternate(file))).toMatch(
      /^the common debug file \.\.\/\.dwz\/common.debug \(build ID \w+\) is not here \(absent\)$/,
    );
  });
});

describe("split debug information", () => {
  /** Ids as readelf tells them, by the name of the .dwo. */
  function splitProgram(version: number, compiler = "gcc") {
    put(root, "bin/a.c", "int b(int); int main(int n, char **v) { return b(n); }");
    put(root, "bin/b.c", "int b(int n) { return n * 7; }");
    const bin = join(root, "bin");
    run(bin, compiler, "-gsplit-dwarf", `-gdwarf-${version}`, "-O1", "-c", "a.c", "b.c");
    run(bin, "gcc", "-o", "prog", "a.o", "b.o");
    const text = run(bin, "readelf", "--debug-dump=info", "prog");
    const ids = [...text.matchAll(/DWO ID:\s+0x([0-9a-f]+)|DW_AT_GNU_dwo_id\s*: 0x([0-9a-f]+)/g)].map(
      (match) => (match[1] ?? match[2]).padStart(16, "0"),
    );
    // readelf shows the skeletons first, then the same ids in the .dwo files.
    expect(ids).toHaveLength(4);
    const binary = { elf: open(join(bin, "prog")), path: join(bin, "prog") };
    const units = ["a.dwo", "b.dwo"].map((name, i) => ({ name, compilationFolder: bin, id: ids[i] }));
    return { bin, binary, units };
  }

  test.each([4, 5])(
    "is in .dwo files where the compiler put them, or beside the program (DWARF %i)",
    (version) => {
      const { bin, binary, units } = splitProgram(version);
      const companions = companionsOf(finder(), binary, undefined);
      expect(value(value(companions.split(units[0])).section(".debug_info.dwo")).size).toBeGreaterThan(20);
      companions.close();
      expect(told(finder().split(binary, undefined, units[1]))).toBe("~/bin/b.dwo");
      // The whole folder has moved: the compilation folder is not there any more.
      const moved = { ...units[1], compilationFolder: "/no/where", name: "objects/b.dwo" };
      expect(told(finder().split(binary, undefined, moved))).toBe("~/bin/b.dwo");
      renameSync(join(bin, "b.dwo"), join(bin, "gone"));
      expect(told(finder().split(binary, undefined, moved))).toBe(
        "the split debug file objects/b.dwo is not here (absent)",
      );
    },
  );

  test.each([4, 5])("is in the program's package, if that holds the unit (DWARF %i)", (version) => {
    const { bin, binary, units } = splitProgram(version, version === 4 ? "gcc" : "clang");
    // binutils' dwp knows only DWARF 4; LLVM's both, but never ends on gcc's DWARF 5.
    run(bin, version === 4 ? "dwp" : "llvm-dwp", "-o", "prog.dwp", "a.dwo");
    expect(told(finder().split(binary, undefined, units[0]))).toBe("~/bin/prog.dwp");
    expect(told(finder().split(binary, undefined, units[1]))).toBe("~/bin/b.dwo");
    renameSync(join(bin, "prog.dwp"), join(bin, "prog.debug.dwp"));
    expect(told(finder().split(binary, join(bin, "prog.debug"), units[0]))).toBe("~/bin/prog.debug.dwp");
    const companions = companionsOf(finder(), binary, { path: join(bin, "prog.debug"), elf: binary.elf });
    expect(value(companions.split(units[0]))).toBe(value(companions.split(units[0])));
    companions.close();
  });
});

test("hostile links and names lead nowhere", () => {
  const binary = program("whole");
  const hostile = [
    { name: "../../../../../../../../etc/passwd", compilationFolder: "", id: "x" },
    { name: "/dev/zero", compilationFolder: "/", id: "0".repeat(16) },
    { name: "a\0b", compilationFolder: "c\0d", id: "" },
    { name: "", compilationFolder: "", id: "" },
  ];
  for (const unit of hostile) expect(finder().split(binary, undefined, unit).found).toBeUndefined();
  expect(finder().local({ ...binary, path: "[vdso]" }).found).toBeUndefined();
  expect(finder().local({ ...binary, path: `${basename(binary.path)}\0` }).found).toBeUndefined();
});
