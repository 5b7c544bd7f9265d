import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { AddressSpace, type Mapping } from "../../collector/process/address-space.ts";

const mapping = (file: string, start: number, end: number, fileOffset = 0): Mapping => ({
  file,
  start,
  end,
  fileOffset,
  inode: 1,
});

describe("an address space over time", () => {
  it("finds what lay there at the time", () => {
    const space = new AddressSpace();
    space.add(mapping("old", 100, 200), 10);
    space.add(mapping("new", 100, 200), 50);
    expect(space.find(150, 5)).toBeUndefined();
    expect(space.find(150, 49)?.file).toBe("old");
    expect(space.find(150, 50)?.file).toBe("new");
    expect(space.find(200, 60)).toBeUndefined();
  });

  it("keeps the rest of a mapping that is covered in its middle, with the right file offsets", () => {
    const space = new AddressSpace();
    space.add(mapping("a", 100, 400, 1000), 0);
    space.add(mapping("b", 200, 300), 1);
    expect(space.find(150, 2)).toMatchObject({ file: "a", start: 100, end: 200, fileOffset: 1000 });
    expect(space.find(250, 2)?.file).toBe("b");
    expect(space.find(350, 2)).toMatchObject({ file: "a", start: 300, end: 400, fileOffset: 1200 });
    expect(space.find(250, 0)?.file).toBe("a");
  });

  it("shows a child what its parent had at the fork, and not what came later", () => {
    const parent = new AddressSpace();
    parent.add(mapping("lib", 100, 200), 0);
    const child = new AddressSpace({ space: parent, at: 10 });
    parent.add(mapping("later", 100, 200), 20);
    child.add(mapping("own", 300, 400), 15);
    expect(child.find(150, 30)?.file).toBe("lib");
    expect(child.find(350, 30)?.file).toBe("own");
    expect(parent.find(150, 30)?.file).toBe("later");
  });

  it("takes a chain of 100,000 forks", () => {
    let space = new AddressSpace();
    space.add(mapping("first", 100, 200), 0);
    for (let at = 1; at <= 100_000; at++) space = new AddressSpace({ space, at });
    expect(space.find(150, 200_000)?.file).toBe("first");
  });

  it("ignores a mapping told twice", () => {
    const space = new AddressSpace();
    space.add(mapping("a", 100, 200), 0);
    const { version } = space;
    space.add(mapping("a", 100, 200), 5);
    expect(space.version).toBe(version);
  });

  it("tells of a mapping of some file that is there now, or was before the fork", () => {
    const parent = new AddressSpace();
    parent.add(mapping("/tmp/jit-1.dump", 100, 200), 0);
    const child = new AddressSpace({ space: parent, at: 5 });
    const isDump = (file: string) => file.endsWith(".dump");
    expect(child.mappingOf(isDump)?.file).toBe("/tmp/jit-1.dump");
    child.add(mapping("/tmp/jit-2.dump", 300, 400), 6);
    expect(child.mappingOf(isDump)?.file).toBe("/tmp/jit-2.dump");
    child.add(mapping("other", 300, 400), 7);
    expect(child.mappingOf(isDump)?.file).toBe("/tmp/jit-1.dump");
    expect(child.mappingOf((file) => file === "none")).toBeUndefined();
  });

  it("agrees with a plain list of all that was ever mapped", () => {
    const step = fc.record({ start: fc.nat(60), length: fc.integer({ min: 1, max: 30 }), file: fc.nat(5) });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
        const space = new AddressSpace();
        for (const [time, { start, length, file }] of steps.entries()) {
          space.add(mapping(String(file), start, start + length, start), time);
        }
        for (let address = 0; address < 95; address += 3) {
          for (let time = 0; time < steps.length; time += 2) {
            const last = steps
              .slice(0, time + 1)
              .findLast((s) => s.start <= address && address < s.start + s.length);
            const found = space.find(address, time);
            expect(found?.file).toBe(last && String(last.file));
            // File offset equals address in this model, wherever a mapping was split.
            if (found) expect(address - found.start + found.fileOffset).toBe(address);
          }
        }
      }),
    );
  });
});
