import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { openBinary } from "../../../symbolizer/open-binary.ts";
import { judge } from "../judges.ts";

const folder = mkdtempSync(join(tmpdir(), "stapflame-relocatable-"));
afterAll(() => rmSync(folder, { recursive: true }));

test("symbols of a relocatable file, as kernel modules are, lie where elfutils lays their sections", async () => {
  const object = join(folder, "module.o");
  writeFileSync(
    join(folder, "module.c"),
    "int first(int x) { return x * 3; }\nint second(int x) { return x / 7; }\nint third(int x) { return x ^ 5; }\n",
  );
  judge("gcc", ["-c", "-O1", "-ffunction-sections", "-o", object, join(folder, "module.c")]);
  const names = ["first", "second", "third"];
  const starts = names.map((name) =>
    Number(judge("eu-addr2line", ["-a", "-j", `.text.${name}`, "-e", object, "0x0"]).split("\n")[0]),
  );
  expect(new Set(starts).size).toBe(names.length);
  const opened = await openBinary(object, { inlines: true });
  if (opened.found === undefined) throw new Error(opened.missing);
  const { frameStart, name } = opened.found.resolve(Float64Array.from(starts, (start) => start + 1).sort());
  opened.found.close();
  expect([...frameStart]).toEqual([0, 1, 2, 3]);
  const inOrder = names.map((each, i) => [starts[i], each] as const).sort(([a], [b]) => a - b);
  expect(name).toEqual(inOrder.map(([, each]) => each));
});
