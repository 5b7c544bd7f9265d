import { execFileSync } from "node:child_process";
import { expect, test } from "vitest";
import { StackEnd } from "../../../collector/unwind/stack-end.ts";
import { WalkPrograms } from "../../collector/kmod/walk/walk-programs.ts";

/**
 * Nanoseconds of the kmod collector's walks of a user stack against its depth, by unwind tables and by frame pointers. No module
 * can be loaded on every machine, and an emulated one has no nanoseconds to speak of: so the module's own C code walks in a
 * process, where reading memory is a plain copy.
 */
const DEPTHS = [0, 5, 10, 20, 40, 80, 115, 1000, 5000];
const FLAGS = ["-O2", "-static", "-no-pie", "-fno-omit-frame-pointer", "-Wno-error"];

interface Cost {
  frames: number;
  nanos: number;
  end: number;
}

test("the module's walks, against the depth", () => {
  using programs = new WalkPrograms();
  const program = programs.compile("cost", FLAGS, "cost.c");
  const shards = programs.shardsFor(program);
  for (const depth of DEPTHS) {
    const said = execFileSync(program, [shards, String(depth)], { encoding: "utf8" });
    const [byFramePointers, byTables]: Cost[] = JSON.parse(said);
    const tell = ({ frames, nanos }: Cost) =>
      `${frames} frames, ${nanos.toFixed(0)} ns (${(nanos / frames).toFixed(1)} a frame)`;
    console.log(`tables: ${tell(byTables)}; frame pointers: ${tell(byFramePointers)}`);
    expect(byTables.end).toBe(StackEnd.complete);
    expect(byTables.frames).toBeGreaterThan(depth);
  }
});
