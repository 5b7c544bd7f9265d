import { describe, expect } from "vitest";
import { StackEnd } from "../../collector/unwind/stack-end.ts";
import {
  completenessOf,
  NOT_KNOWN_YET,
  type PlainSample,
  samplesUnder,
  sharesAgree,
  totalSamples,
} from "../setup/samples.ts";
import { independent } from "./emulation.ts";
import { record, WORKLOADS } from "./guest.ts";
import type { DefineTest } from "./guest-tests.ts";
import { watchKernelLog } from "./kernel-log.ts";
import type { Machine } from "./machine.ts";
import { loadedModules } from "./module-state.ts";
import { once } from "./once.ts";
import { STAP_HZ } from "./prepared.ts";
import type { Scope } from "./scope.ts";

const COLLECTORS = ["bpf", "kmod"] as const;
/** Of the user samples of a program, how many must reach its beginning. */
const WHOLE = 0.995;
const ENOUGH = 150;
const MOST_TRIES = 3;
/** Of the stacks of brief programs, what is known at least where the recorder was starved in each try. */
const KEPT_WHEN_STARVED = 0.5;
/** How deep programs recurse, and how many frames are walked; so seldom that an emulated CPU has time for them. */
const DEPTHS = { whole: 5000, cut: 7000 };
const MAX_DEPTH = 6000;
/** Of work at the bottom: most samples are taken there then. */
const TURNS = 300_000;
const DEEP_HZ = 9;

/** Programs without frame pointers: recursion and call-backs through libc, a signal handler on a stack of its own, vfork, assembler without unwind tables. */
const frameless = (seconds: number) => `cd ${WORKLOADS}/frameless
  for name in callbacks handler vforks assembler; do nice ./$name & pids="$pids$!,"; done
  stapflame record $RECORD --unwind tables -F ${STAP_HZ} -d ${seconds}s -p \${pids%,}; code=$?
  kill $(echo $pids | tr , ' '); exit $code`;
const FRAMELESS_SECONDS = 5;
/** A program that burns for two milliseconds and ends, again and again. */
const BRIEF = `cd ${WORKLOADS}/frameless
  stapflame record $RECORD --unwind tables -F ${STAP_HZ} -- sh -c 'for i in $(seq 160); do ./chains executed 0.002; done'`;
/** Deeper than the kernel itself walks, 127; and one that is deeper than it is allowed to be. */
const DEEP = `cd ${WORKLOADS}/frameless
  nice ./deep ${DEPTHS.whole} ${TURNS} & whole=$!; nice ./deep ${DEPTHS.cut} ${TURNS} & cut=$!
  stapflame record $RECORD --unwind tables -F ${DEEP_HZ} --max-depth ${MAX_DEPTH} -d 8s -p $whole,$cut; code=$?
  kill $whole $cut; echo $whole $cut; exit $code`;

/** User stacks of code without frame pointers, by bpf and by kmod, which must not differ. */
export function unwindingSuite(
  it: DefineTest,
  guest: () => Promise<Machine>,
  { briefPrograms, deepRecursion }: Scope,
): void {
  const recordings = new Map(
    COLLECTORS.map((collector) => [collector, once(async () => recordFrameless(await guest(), collector))]),
  );
  const samplesOf = async (collector: (typeof COLLECTORS)[number]) =>
    (await recordings.get(collector)?.())?.samples ?? [];

  describe("user stacks by unwind tables", () => {
    for (const collector of COLLECTORS) {
      it(`${collector} walks programs without frame pointers to their beginning`, async ({ figure }) => {
        const recording = await recordings.get(collector)?.();
        for (const program of UNWOUND) {
          const { user, known, whole, others } = completeness(recording?.samples ?? [], program);
          figure(`${collector}: stacks of ${program} that reach _start`, `${whole} of ${user}`);
          if (others.size > 0) console.log(collector, program, "others end at", others);
          expect(known).toBeGreaterThan(leastOf(program));
          expect(whole / known).toBeGreaterThanOrEqual(WHOLE);
        }
        const { sampleNanos } = recording?.summary ?? {};
        if (sampleNanos !== undefined) figure(`${collector}: one sample by tables`, `${sampleNanos} ns`);
      });

      it(`${collector} walks through libc and out of a signal's handler`, async () => {
        const samples = (await samplesOf(collector)).filter(({ names }) => names.at(-1) !== NOT_KNOWN_YET);
        const handled = of(samples, "handler").filter(({ names }) => names.includes("in_handler"));
        expect(totalSamples(handled)).toBeGreaterThan(ENOUGH / 10);
        const through = handled.filter(({ names }) => names.indexOf("in_handler") < names.indexOf("main"));
        expect(totalSamples(through) / totalSamples(handled)).toBeGreaterThan(WHOLE);
        const compared = of(samples, "callbacks").filter(({ names }) => names.includes("compare"));
        expect(totalSamples(compared)).toBeGreaterThan(ENOUGH / 10);
        const sorted = compared.filter(({ names }) => names.indexOf("compare") < names.indexOf("sort"));
        expect(totalSamples(sorted) / totalSamples(compared)).toBeGreaterThan(WHOLE);
      });
    }

    it("bpf and kmod agree on the shares of functions and on the stacks that are frequent", async () => {
      const [bpf, kmod] = [await samplesOf("bpf"), await samplesOf("kmod")];
      for (const name of ["recurse", "plain"]) {
        const share = (samples: readonly PlainSample[]) => {
          const own = of(samples, "callbacks");
          return independent({ hits: samplesUnder(own, name), n: totalSamples(own) });
        };
        const shares = [share(bpf), share(kmod)] as const;
        const percents = shares.map(({ hits, n }) => `${((100 * hits) / n).toFixed(1)}%`);
        expect(sharesAgree(...shares), `${name}: bpf ${percents[0]}, kmod ${percents[1]}`).toBe(true);
      }
      // How many are not known yet is a matter of the guest's load, not of the walk.
      const frequent = (samples: readonly PlainSample[]) =>
        frequentStacks(samples).filter((stack) => !stack.endsWith(NOT_KNOWN_YET));
      for (const stack of frequent(kmod)) expect(allStacks(bpf)).toContain(stack);
      for (const stack of frequent(bpf)) expect(allStacks(kmod)).toContain(stack);
    });

    for (const collector of briefPrograms ? COLLECTORS : []) {
      it(`${collector}: programs that are over before anybody has read of them are whole`, async ({
        figure,
      }) => {
        const { burning, whole, user, known, others } = await recordBrief(await guest(), collector);
        figure(`${collector}: stacks of programs of 2 ms that reach _start`, `${whole} of ${user}`);
        if (others.size > 0) console.log(collector, "others end at", others);
        expect(known).toBeGreaterThan(ENOUGH / 3);
        expect(new Set(burning.map(({ labels }) => labels.pid)).size).toBeGreaterThan(ENOUGH / 6);
        expect(whole / known).toBeGreaterThanOrEqual(WHOLE);
        expect(known / user).toBeGreaterThan(KEPT_WHEN_STARVED);
        // What was walked late has the very frames: burn calls itself twenty times, and works then.
        const burns = ({ names }: PlainSample) => names.filter((name) => name === "burn").length;
        expect(Math.max(...burning.map(burns))).toBe(21);
        const deepest = burning.filter((sample) => burns(sample) === 21);
        expect(totalSamples(deepest) / known).toBeGreaterThan(0.97);
      });
    }

    for (const collector of deepRecursion) {
      it(`${collector} walks deep recursion to its end, and tells when that is deeper than it may`, async () => {
        const { samples: all, output, summary } = await record(await guest(), collector, DEEP);
        const samples = all.filter(({ names }) => names.at(-1) !== NOT_KNOWN_YET);
        const [fits, deeper] = output
          .trim()
          .split(" ")
          .map((pid) => samples.filter(({ labels }) => labels.pid === pid));
        const { user, whole, others } = completeness(fits, "deep");
        console.log(
          `${collector}: deep: ${whole} of ${user} whole, ${summary.sampleNanos} ns a sample`,
          others,
        );
        expect(user).toBeGreaterThan(ENOUGH / 8);
        expect(whole / user).toBeGreaterThanOrEqual(WHOLE);
        const bottom = fits.filter(({ names }) => names[0] === "bottom");
        expect(totalSamples(bottom)).toBeGreaterThan(ENOUGH / 20);
        for (const { names } of bottom) {
          expect(names.filter((name) => name === "recurse").length).toBe(DEPTHS.whole + 1);
        }
        const cut = deeper.filter(({ names }) => names[0] === "bottom");
        expect(totalSamples(cut)).toBeGreaterThan(ENOUGH / 75);
        for (const { names } of cut) expect(names.at(-1)).toBe("[stack cut: too deep]");
        expect(summary.userStacks?.cut.map(({ cause }) => cause)).toContain("too deep");
      });
    }
  });
}

const HOSTILE_SECONDS = 12;
const SEED = 20251121;

/** The module under memory for unwind tables in which nothing is right for long. */
export function hostileTablesSuite(it: DefineTest, guest: () => Promise<Machine>): void {
  it(`kmod survives ${HOSTILE_SECONDS} s of hostile unwind tables`, async ({ figure }) => {
    const machine = await guest();
    // Compiled and kept by a recording.
    await machine.must("stapflame record -q --collector kmod --no-html -o /tmp/o.pb.gz -- true");
    const newComplaints = await watchKernelLog(machine);
    await machine.must("insmod /var/cache/stapflame/kmod/*/*.ko");
    const said = await machine.must(
      `${WORKLOADS}/hostile-tables /dev/stapflame-* ${SEED} ${HOSTILE_SECONDS}`,
    );
    const { samples, frames, ends } = JSON.parse(said) as { samples: number; frames: number; ends: number[] };
    console.log(`${samples} samples with ${frames} frames; ends: ${ends}`);
    figure("kmod: samples by hostile tables", `${samples}`);
    expect(samples).toBeGreaterThan(ENOUGH);
    // They were walked by tables, each of which has its ends.
    expect(ends[StackEnd.unknown]).toBe(0);
    for (const end of [StackEnd.complete, StackEnd.noTable, StackEnd.unreadable, StackEnd.copied]) {
      expect(ends[end], `end ${end}`).toBeGreaterThan(0);
    }
    await machine.must("rmmod $(ls /sys/module | grep '^stapflame_kmod')");
    expect(await newComplaints()).toEqual([]);
    expect(await loadedModules(machine)).toEqual([]);
  });
}

/**
 * Where the recorder gets no CPU for more than a second, copies of stacks find no room, which is told. On a busy host that comes in a guest: then it
 * is asked again. (That none is lost in five seconds without CPU is for test/integration/unwind.test.ts.)
 */
async function recordBrief(guest: Machine, collector: (typeof COLLECTORS)[number]) {
  for (let tries = 1; ; tries++) {
    const { samples } = await record(guest, collector, BRIEF);
    const burning = samples.filter(({ names }) => names.includes("burn"));
    const judged = wholeAndKnown(burning);
    const { user, known } = judged;
    if (known === user || tries === MOST_TRIES) return { burning, ...judged };
    console.log(`${collector}: ${known} of ${user} stacks of brief programs known: once more`);
  }
}

/**
 * Under emulation a busy guest may take longer than a recording to hand over the mappings of what runs: then it is asked again,
 * for twice as long.
 */
async function recordFrameless(guest: Machine, collector: (typeof COLLECTORS)[number]) {
  for (let tries = 1; ; tries++) {
    const recording = await record(guest, collector, frameless(FRAMELESS_SECONDS * 2 ** (tries - 1)));
    const known = (program: string) => completeness(recording.samples, program).known;
    if (tries === MOST_TRIES || UNWOUND.every((program) => known(program) > leastOf(program)))
      return recording;
    console.log(`${collector}: too few samples of programs that are known: once more`);
  }
}

/** Most of the time of children by vfork is the kernel's: it makes them and takes them away. */
function leastOf(program: string): number {
  return program === "vforks" ? ENOUGH / 5 : ENOUGH;
}

function of(samples: readonly PlainSample[], comm: string): PlainSample[] {
  return samples.filter(({ labels }) => labels.comm === comm);
}

function wholeAndKnown(samples: readonly PlainSample[]) {
  return completenessOf(samples, (root) => root === "_start");
}

const completeness = (samples: readonly PlainSample[], program: string) =>
  wholeAndKnown(of(samples, program));

const UNWOUND = ["callbacks", "handler", "vforks", "assembler"];
/**
 * Those of which two recordings show the same. Not handler: its signals come by the clock on the wall, so how much of its time they take, and
 * what they interrupt, is a matter of load; one call of the handler has samples enough to be frequent where the host is slow.
 */
const COMPARED = ["callbacks", "vforks"];
/** What makes a stack frequent: this part of its program's samples. It is in any recording of some hundred then. */
const FREQUENT = 1 / 20;

/** The user frames of all stacks, leaf first, by program, and how many samples have them. */
function stackCounts(samples: readonly PlainSample[]): Map<string, { count: number; share: number }> {
  const counts = new Map<string, { count: number; share: number }>();
  for (const program of COMPARED) {
    const own = of(samples, program);
    const all = totalSamples(own);
    for (const { names, modules, count } of own) {
      const stack = `${program}: ${names.filter((_, i) => modules[i] !== "[kernel]").join(" ")}`;
      const sum = (counts.get(stack)?.count ?? 0) + count;
      counts.set(stack, { count: sum, share: sum / all });
    }
  }
  return counts;
}

function allStacks(samples: readonly PlainSample[]): string[] {
  return [...stackCounts(samples).keys()];
}

function frequentStacks(samples: readonly PlainSample[]): string[] {
  return [...stackCounts(samples)].filter(([, { share }]) => share >= FREQUENT).map(([stack]) => stack);
}
