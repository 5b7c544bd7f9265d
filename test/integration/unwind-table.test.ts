import { readFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { describe, expect, it } from "vitest";
import { unwindTables } from "../../symbolizer/unwind/unwind-tables.ts";
import { ROOT } from "../setup/build.ts";
import { stapflame } from "./harness.ts";

/** `stapflame unwind-table` as it is built, and the thread that it is built with. */
describe("stapflame unwind-table", () => {
  it("tells what a table holds, its rows, and both as JSON", async () => {
    const summary = await stapflame(["unwind-table", "/bin/bash"]);
    expect(summary.code).toBe(0);
    expect(summary.stdout).toMatch(/^\/bin\/bash: x86-64, \.eh_frame\n/);
    const { mergedRows, pieces } = JSON.parse(
      (await stapflame(["unwind-table", "--json", "/bin/bash"])).stdout,
    );
    expect(pieces).toHaveLength(1);
    const dump = await stapflame(["unwind-table", "--dump", "/bin/bash"]);
    expect(dump.stdout.split("\n")).toHaveLength(mergedRows + 2);
    const vdso = await stapflame(["unwind-table", "--dump", "--json", "[vdso]"]);
    expect(JSON.parse(vdso.stdout.split("\n")[0])).toHaveProperty("cfa");
  });

  it("fails with one sentence of what and one of what to do", async () => {
    const text = await stapflame(["unwind-table", "/etc/passwd"]);
    expect(text.code).toBe(1);
    expect(text.stderr).toMatch(
      /^error: no unwind table can be made for \/etc\/passwd: is not an ELF file\. Give .*\.\n$/,
    );
    expect((await stapflame(["unwind-table"])).code).toBe(2);
  });
});

describe("the built thread", () => {
  const path = join(ROOT, "dist/unwind-worker.js");

  it("compiles", async () => {
    const tables = unwindTables({ cache: false, worker: pathToFileURL(path) });
    const answer = await tables.tableOf({ content: "/bin/bash" });
    await tables.close();
    expect(answer.found?.table.mergedRows).toBeGreaterThan(10_000);
  });

  it("has nothing of the command in it", () => {
    expect(readFileSync(path, "utf8")).not.toMatch(/from "\.\/stapflame\.js"/);
  });
});
