import { describe, expect, inject } from "vitest";
import { memorySource } from "../../symbolizer/byte-source.ts";
import { Machine, readElf } from "../../symbolizer/elf/elf-file.ts";
import { testsIn } from "./guest-tests.ts";
import { GUESTS, guestKind } from "./guests.ts";
import { buildInRoot, releasesIn } from "./host-build.ts";
import "./images.ts";

/** The modules compile for each kernel whose headers the guests have, by the real CLI in the guests' roots. */
for (const { name } of GUESTS) {
  const it = testsIn(name);
  const root = inject("guests")[name];
  const all = releasesIn(root);
  const { foreign, packages } = guestKind(name);
  const isForeign = (release: string) =>
    foreign !== undefined && release.endsWith(`-${foreign.architecture}`);
  const releases = all.filter((release) => !isForeign(release));
  describe(name, () => {
    it("has the headers that its packages promise", async () => {
      const flavours = 1 + packages.filter((packageName) => /^linux-headers-/.test(packageName)).length;
      expect(releases).toHaveLength(flavours);
      expect(all.filter(isForeign)).toHaveLength(foreign ? 1 : 0);
      expect(releases).toContain(root.release);
    });

    for (const release of releases) {
      it(`kmod compiles for ${release} without a warning`, async ({ figure }) => {
        const { said, module, seconds } = await buildInRoot(root, `--collector kmod --kernel ${release}`);
        expect(warnings(said)).toEqual([]);
        expect(said).toContain(release);
        if (release !== root.release) return;
        figure("kmod: compiled on the host", `${seconds.toFixed(1)} s`);
        figure("kmod: size of the module", `${(module.length / 1024).toFixed(0)} KiB`);
      });
    }

    for (const release of all.filter(isForeign)) {
      it(`kmod compiles for ${foreign?.architecture} without a warning`, async ({ figure }) => {
        const { said, module } = await buildInRoot(root, `--collector kmod --kernel ${release}`);
        expect(warnings(said)).toEqual([]);
        expect(readElf(memorySource(module)).machine).toBe(Machine.aarch64);
        figure(
          `kmod for ${foreign?.architecture}: size of the module`,
          `${(module.length / 1024).toFixed(0)} KiB`,
        );
      });
    }

    // It is compiled for all guests anyway, see prepared.ts; here it is timed, and its compiler listened to.
    if (name !== "debian13" && !inject("full")) return;
    it(`stap compiles for ${root.release} without a warning`, async ({ figure }) => {
      const { said, module, seconds } = await buildInRoot(root, `--collector stap --kernel ${root.release}`);
      expect(warnings(said)).toEqual([]);
      figure("stap: compiled on the host", `${seconds.toFixed(1)} s`);
      figure("stap: size of the module", `${(module.length / 1024).toFixed(0)} KiB`);
    });
  });
}

/** The compiler's, modpost's and objtool's. */
function warnings(said: string): string[] {
  return said.split("\n").filter((line) => /warning/i.test(line));
}
