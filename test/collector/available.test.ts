import { describe, expect, it } from "vitest";
import { bpfAvailability } from "../../collector/bpf/available.ts";
import { chooseCollector } from "../../collector/choose.ts";

describe.runIf(process.platform === "linux")("whether BPF can be used", () => {
  it("not on kernels before 5.8, and that is said", () => {
    for (const version of [
      [4, 18, 0],
      [5, 7, 19],
    ] as [number, number, number][]) {
      expect(bpfAvailability(version)).toEqual({
        available: false,
        reason: `this kernel is ${version.join(".")}; the bpf collector needs 5.8 or newer`,
        remedy: "Use a newer kernel.",
      });
    }
  });

  it("is answered by the kernel itself, in a sentence and a remedy where it is a no", async () => {
    const answer = bpfAvailability();
    if (answer.available) {
      const { collector, why } = await chooseCollector("auto");
      expect([collector.name, why]).toEqual(["bpf", "the first that works here"]);
    } else {
      expect(answer.reason).not.toBe("");
      expect(answer.remedy).toMatch(/\.$/);
      await expect(chooseCollector("bpf")).rejects.toThrow(
        `the bpf collector cannot work here: ${answer.reason}`,
      );
    }
  });
});
