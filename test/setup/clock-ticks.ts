/**
 * A shell script that runs `command` and prints when all perf clocks are to tick meanwhile, as the kernel traces its timers, a line a tick; an
 * emulated machine is late for some. Ends with the command's exit code. For root.
 */
export function tracingTicks(command: string): string {
  return `trace=/sys/kernel/tracing
    [ -e $trace/instances ] || mount -t tracefs none $trace || exit
    own=$trace/instances/stapflame-test
    mkdir $own && echo 1 >$own/events/timer/hrtimer_start/enable || exit
    ${command}
    code=$?
    grep -a function=perf_swevent_hrtimer $own/trace
    rmdir $own
    exit $code`;
}

export interface Ticking {
  clocks: number;
  /** Of one of them. */
  ticks: number;
  /** The median of what lies between these and the nearest of any other clock, in periods; 0: all tick at the same moments. */
  apart: number;
}

/** How the clocks tick whose ticks `tracingTicks` has printed. */
export function tickingOf(output: string, periodNanos: number): Ticking {
  const ticksOfClocks = new Map<string, number[]>();
  for (const [, timer, expires] of output.matchAll(
    /hrtimer=(\S+) function=perf_swevent_hrtimer expires=(\d+)/g,
  )) {
    const ticks = ticksOfClocks.get(timer) ?? [];
    ticks.push(Number(expires));
    ticksOfClocks.set(timer, ticks);
  }
  const [ticks = [], ...ofOthers] = ticksOfClocks.values();
  const others = ofOthers.flat();
  const nearest = (tick: number) => Math.min(...others.map((other) => Math.abs(other - tick)));
  const distances = ticks.map(nearest).sort((a, b) => a - b);
  return {
    clocks: ticksOfClocks.size,
    ticks: ticks.length,
    apart: (distances[distances.length >> 1] ?? Number.NaN) / periodNanos,
  };
}
