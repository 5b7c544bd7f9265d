import { describe, expect } from "vitest";
import type { CollectorName } from "../../collector/contract.ts";
import { cpuSeconds, USER_AND_SYSTEM } from "../setup/bash-time.ts";
import { tickingOf, tracingTicks } from "../setup/clock-ticks.ts";
import {
  binomialHalfWidth,
  type PlainSample,
  type Share,
  samplesUnder,
  sharesAgree,
  totalSamples,
} from "../setup/samples.ts";
import { independent } from "./emulation.ts";
import { CLI, type Recording, record, WORKLOADS } from "./guest.ts";
import type { DefineTest } from "./guest-tests.ts";
import type { Machine } from "./machine.ts";
import { once } from "./once.ts";
import { STAP_HZ } from "./prepared.ts";

const HZ = STAP_HZ;
const NANOS_PER_SECOND = 1e9;
const FAST_HZ = 997;
/** Enough samples to be no accident. */
const SOME = 15;
/** Enough for an interval of some points; a busy host leaves a guest a third of the 800 that it takes alone. */
const ENOUGH = 150;

/**
 * Four workloads at once, because a recording in a guest takes some seconds beside its duration. They yield to stapflame,
 * or its own work would take much longer. The storm of children begins when recording has begun, and ends before; on a busy host it takes longer for its least number.
 */
const mixOf = (seconds: number) => `cd ${WORKLOADS}
  for name in split zero threads; do nice ./$name >/dev/null 2>&1 & pids="$pids$!,"; done
  sh -c 'until grep -q ^Recording /tmp/said; do sleep 0.2; done; exec nice ./forks 3 6' & storm=$!
  stapflame record $RECORD -F ${HZ} --per-thread -d ${seconds}s -p $pids$storm 2>/tmp/said; code=$?
  kill $(echo $pids | tr , ' '); cat /tmp/said >&2; rm /tmp/said; exit $code`;
const MIX_SECONDS = 8;
/** Of samples by stap, while its own work on the CPU was not done; the others drop none. */
const MOST_DROPPED = 0.03;

/** The least memory with which a recording starts, so that it holds some tens of stacks; stap's is in its module. */
const TINY = "128K";
/** Some seconds of two threads with many different stacks; tells its CPU time. */
const TIMED_STEADY = `${USER_AND_SYSTEM}; time ${WORKLOADS}/steady 20000`;

/** What a collector has to find, the same for all collectors. Returns the recording that others are compared with. */
export function conformanceSuite(
  it: DefineTest,
  guest: () => Promise<Machine>,
  collector: CollectorName,
): () => Promise<Recording> {
  const mix = once(async () => recordMix(await guest(), collector));

  describe(collector, () => {
    it("finds a split of 3:1 within the 99.9% binomial interval", async ({ figure }) => {
      const { samples, summary } = await mix();
      const { hits, n } = heavyShare(samples);
      figure(`${collector}: heavy of heavy and light, 75%`, `${((100 * hits) / n).toFixed(1)}% of ${n}`);
      expect(n).toBeGreaterThan(ENOUGH);
      expect(Math.abs(hits / n - 0.75)).toBeLessThan(binomialHalfWidth(0.75, independent({ hits, n }).n));
      expect(n / totalSamples(of(samples, "split"))).toBeGreaterThan(0.9);
      expect(summary.samples).toBe(totalSamples(samples));
      // SystemTap leaves out its probe while its own work on that CPU is not done, and counts that.
      if (collector !== "stap") expect(summary.dropped).toEqual([]);
      expect(droppedShare(summary)).toBeLessThan(MOST_DROPPED);
      expect(summary.collector).toBe(collector);
    });

    it("finds the kernel's part under the system call's entry, below the user's frames", async () => {
      const samples = of((await mix()).samples, "zero");
      const kernel = samples.filter(
        ({ names, modules }) => names.includes("read_much") && modules[0] === "[kernel]",
      );
      expect(totalSamples(samples)).toBeGreaterThan(ENOUGH);
      expect(totalSamples(kernel) / totalSamples(samples)).toBeGreaterThan(0.9);
      const underEntry = kernel.filter(({ names }) => {
        const entry = names.findIndex((name) => /^(entry_SYSCALL|do_syscall)/.test(name));
        return entry > 0 && entry < names.indexOf("read_much");
      });
      expect(totalSamples(underEntry) / totalSamples(kernel)).toBeGreaterThan(0.95);
      const inDriver = kernel.filter(({ names }) => names.some((name) => /read_(iter_)?zero/.test(name)));
      expect(totalSamples(inDriver) / totalSamples(kernel)).toBeGreaterThan(0.5);
    });

    it("names threads and tells them apart", async () => {
      const { samples } = await mix();
      for (const name of ["alpha", "beta"]) {
        const own = samples.filter(({ labels }) => labels.thread === name);
        expect(totalSamples(own)).toBeGreaterThan(SOME);
        expect(samplesUnder(own, `spin_${name}`) / totalSamples(own)).toBeGreaterThan(0.9);
        expect(new Set(own.map(({ labels }) => labels.tid)).size).toBe(1);
        expect(new Set(own.map(({ labels }) => labels.comm))).toEqual(new Set(["threads"]));
      }
    });

    it("misses none of many 50 ms children, and names them, those that exec too", async () => {
      const { samples, output } = await mix();
      const children = Number.parseInt(output, 10);
      const storm = of(samples, "forks");
      const pids = new Set(storm.map(({ labels }) => labels.pid));
      const [forked, execed] = [samplesUnder(storm, "child_work"), samplesUnder(storm, "exec_work")];
      console.log(`${collector}: ${children} children, ${pids.size} seen: ${forked} + ${execed} samples`);
      if (pids.size > children + 1)
        console.log(storm.map(({ labels, names }) => [labels, names.join(" < ")]));
      expect(children).toBeGreaterThan(1);
      // One more is their parent, which hardly works.
      expect(pids.size).toBeGreaterThanOrEqual(children);
      expect(pids.size).toBeLessThanOrEqual(children + 1);
      expect(forked).toBeGreaterThan(SOME);
      // Under emulation an exec may cost nearly all of the 50 ms.
      expect(execed).toBeGreaterThan(0);
    });
  });
  return mix;
}

/** On a busy host a guest's clocks may hardly fire, or fire in a row when it goes on: then it is asked again, for twice as long. */
async function recordMix(guest: Machine, collector: CollectorName): Promise<Recording> {
  const recording = await record(guest, collector, mixOf(MIX_SECONDS));
  const { samples, summary } = recording;
  const isFit =
    droppedShare(summary) < MOST_DROPPED &&
    heavyShare(samples).n > ENOUGH &&
    totalSamples(of(samples, "zero")) > ENOUGH &&
    samplesUnder(of(samples, "forks"), "child_work") > SOME;
  if (isFit) return recording;
  console.log(`${collector}: too few samples, or too many dropped: once more`);
  return record(guest, collector, mixOf(2 * MIX_SECONDS));
}

function droppedShare({ dropped, samples }: Recording["summary"]): number {
  return dropped.reduce((sum, { count }) => sum + count, 0) / samples;
}

/** All that runs, with names for all of it. */
export function wholeMachineSuite(
  it: DefineTest,
  guest: () => Promise<Machine>,
  collector: CollectorName,
): void {
  // So slowly for the clocks, as an emulated machine takes most of a millisecond to start one.
  const [hz, seconds] = collector === "kmod" ? [99, 6] : [HZ, 3];
  const recording = once(async () =>
    record(
      await guest(),
      collector,
      `nice -n 15 ${WORKLOADS}/split & split=$!; nice -n 15 ${WORKLOADS}/zero & zero=$!; sleep 0.2
       record() {
         stapflame record $RECORD -a -F ${hz} -d ${seconds}s; code=$?
         kill $split $zero; echo $split $zero; return $code
       }
       ${tracingTicks("record")}`,
    ),
  );

  it(`${collector} records all processes with -a, each under its name, and not the idle task`, async () => {
    const { samples, output } = await recording();
    const [split, zero] = /^(\d+) (\d+)$/m.exec(output)?.slice(1) ?? [];
    const ofPid = (pid: string) => samples.filter(({ labels }) => labels.pid === pid);
    expect(samplesUnder(ofPid(split), "heavy")).toBeGreaterThan(SOME);
    expect(samplesUnder(ofPid(zero), "read_much")).toBeGreaterThan(SOME);
    expect(totalSamples(ofPid("0"))).toBe(0);
  });

  // SystemTap's clocks are its own; those of `bpf` are looked at on a machine that is not emulated (`sampling-clocks.test.ts`).
  if (collector === "kmod") {
    it(`${collector}'s clocks do not tick at the same moments`, async ({ figure }) => {
      const { clocks, ticks, apart } = tickingOf((await recording()).output, NANOS_PER_SECOND / hz);
      figure(`${collector}: clocks of CPUs`, `${apart.toFixed(2)} of a period apart, ${ticks} ticks`);
      expect(clocks).toBe(2);
      expect(apart).toBeGreaterThan(0.25);
    });
  }
}

/** Where the other tests run on the Node that the guest was given. */
export function otherNodeSuite(it: DefineTest, guest: () => Promise<Machine>): void {
  it("its own Node records too", async ({ figure }) => {
    const { samples, output } = await record(
      await guest(),
      "bpf",
      `/usr/bin/node -v; /usr/bin/node ${CLI} record $RECORD -F ${HZ} -- timeout 2 ${WORKLOADS}/split`,
    );
    figure("its own Node", output.trim());
    expect(samplesUnder(samples, "heavy")).toBeGreaterThan(SOME);
  });
}

/** What finds no room in the kernel is counted. */
export function tinyTablesSuite(
  it: DefineTest,
  guest: () => Promise<Machine>,
  collector: CollectorName,
): void {
  it(`${collector} counts each sample that tiny tables cannot take`, async () => {
    // Slices so short that hardly two samples fall into one: all stacks are distinct. And many of them.
    const hz = collector === "stap" ? STAP_HZ : FAST_HZ;
    const { summary, samples, profile, stderr } = await record(
      await guest(),
      collector,
      `stapflame record $RECORD -F ${hz} --kernel-memory ${TINY} --slice 1ms -- bash -c '${TIMED_STEADY}'`,
      "tiny",
    );
    const kept = totalSamples(samples);
    const dropped = summary.dropped.reduce((sum, { count }) => sum + count, 0);
    const expected = cpuSeconds(stderr) * (summary.frequencyAchieved ?? Number.NaN);
    console.log(`${collector}: ${kept} kept, ${dropped} dropped, ${expected.toFixed(0)} by CPU time`);
    expect(summary.samples).toBe(kept);
    expect(dropped / (kept + dropped)).toBeGreaterThan(0.25);
    expect(summary.dropped[0].cause).toMatch(/table|full/);
    expect(profile.comments.join("\n")).toContain(`stapflame.drop: ${summary.dropped[0].count} `);
    // The kernel's own count of samples: a difference would be a cause of its own.
    expect(summary.dropped.map(({ cause }) => cause).join()).not.toContain("please report");
    // The CPU time that the kernel accounts is the other judge: without the drops it would be at most 0.75. Rough,
    // because a virtual CPU that waits for a real one is accounted as busy while its timer is silent (seen: 0.92 to 0.96).
    expect((kept + dropped) / expected).toBeGreaterThan(0.75);
    expect((kept + dropped) / expected).toBeLessThan(1.25);
  });
}

/** PIDs as the user sees them, where a collector can tell them so. */
export function pidNamespaceSuite(
  it: DefineTest,
  guest: () => Promise<Machine>,
  collector: CollectorName,
): void {
  it(`${collector} gives PIDs as a PID namespace shows them, and follows forks there`, async () => {
    const { samples } = await record(
      await guest(),
      collector,
      `unshare -pf --mount-proc stapflame record $RECORD -F ${HZ} -- ${WORKLOADS}/forks 3`,
    );
    expect(samplesUnder(samples, "child_work")).toBeGreaterThan(SOME);
    expect(samplesUnder(samples, "exec_work")).toBeGreaterThan(0);
    // A task that ends gives up its ids before it stops to run; such samples are kept, under process 0.
    const ending = samples.filter(({ labels }) => labels.pid === "0");
    console.log(
      `${collector}: ${totalSamples(ending)} of ${totalSamples(samples)} samples of tasks without an id`,
    );
    expect(totalSamples(ending) / totalSamples(samples)).toBeLessThan(0.03);
    // The first processes of a fresh namespace have small numbers.
    expect(Math.max(...samples.map(({ labels }) => Number(labels.pid)))).toBeLessThan(500);
  });
}

/** What a walk by frame pointers alone gets wrong, and the module does not. */
export function leafCallerSuite(it: DefineTest, guest: () => Promise<Machine>): void {
  it("kmod does not miss the caller of a function whose frame is being set up or taken down", async () => {
    const { samples } = await record(
      await guest(),
      "kmod",
      `stapflame record $RECORD -F ${HZ} -d 5s -- nice ${WORKLOADS}/prologue`,
    );
    const tiny = samples.filter(({ names }) => names[0] === "tiny");
    const whole = tiny.filter(({ names }) => names[1] === "calls_tiny");
    expect(totalSamples(tiny)).toBeGreaterThan(SOME);
    expect(totalSamples(whole) / totalSamples(tiny)).toBeGreaterThan(0.98);
  });
}

/** Collectors that recorded the same, pair by pair. */
export function agreementSuite(
  it: DefineTest,
  recordings: ReadonlyMap<string, () => Promise<Recording>>,
): void {
  const collectors = [...recordings.keys()];
  for (const [i, one] of collectors.entries()) {
    for (const other of collectors.slice(i + 1)) {
      it(`${one} and ${other} agree on shares and names`, async () => {
        const [a, b] = await Promise.all(
          [one, other].map(async (name) => (await recordings.get(name)?.())?.samples ?? []),
        );
        expect(sharesAgree(independent(heavyShare(a)), independent(heavyShare(b)))).toBe(true);
        expect(frequentNames(a)).toEqual(frequentNames(b));
      });
    }
  }
}

function of(samples: readonly PlainSample[], comm: string): PlainSample[] {
  return samples.filter(({ labels }) => labels.comm === comm);
}

function heavyShare(samples: readonly PlainSample[]): Share {
  const split = of(samples, "split");
  const hits = samplesUnder(split, "heavy");
  return { hits, n: hits + samplesUnder(split, "light") };
}

/**
 * The workloads' functions that are in a tenth or more of the samples of their program. Without `_start`, which has no frame
 * pointer: whether it is reached is for `unwinding.ts`, once the guest has its unwind tables.
 */
function frequentNames(samples: readonly PlainSample[]): string[] {
  return ["split", "zero", "threads"].flatMap((program) => {
    const own = of(samples, program);
    const names = own.flatMap(({ names, modules }) =>
      names.filter((name, i) => modules[i] === `${WORKLOADS}/${program}` && name !== "_start"),
    );
    return [...new Set(names)]
      .filter((name) => samplesUnder(own, name) >= totalSamples(own) / 10)
      .sort()
      .map((name) => `${program}: ${name}`);
  });
}
