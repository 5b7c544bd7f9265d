/**
 * A `perf script` text of any length, the same each time, in pieces of about a megabyte: 8 threads on 4 CPUs at 999 Hz
 * in a program of 3,000 functions with 4 call sites each, stacks 10 to 60 frames deep, some of them in the kernel.
 * Few stacks are hot and many are seen once, as in real recordings.
 */
export function* madePerfScript(bytes: number): Generator<Uint8Array> {
  const encoder = new TextEncoder();
  const random = generator(7);
  const frames = Array.from({ length: FUNCTIONS * SITES }, (_, at) => frameLine(at));
  let written = 0;
  let seconds = 1000;
  const path: number[] = [];
  while (written < bytes) {
    const samples: string[] = [];
    for (let length = 0; length < PIECE && written + length < bytes; ) {
      const thread = random(THREADS);
      seconds += 1 / 999 / 4;
      walk(path, random);
      const lines = path.map((frame) => frames[frame]);
      const sample = `worker ${thread} 4000/${4000 + thread} [00${random(4)}] ${seconds.toFixed(6)}:    1001001 cycles:P: \n${lines.reverse().join("")}\n`;
      samples.push(sample);
      length += sample.length;
    }
    const piece = encoder.encode(samples.join(""));
    written += piece.length;
    yield piece;
  }
}

const FUNCTIONS = 3000;
const SITES = 4;
const THREADS = 8;
const PIECE = 1 << 20;

/** A path of call sites, root first. Callees are drawn from a few of each caller, the first ones mostly. */
function walk(path: number[], random: (below: number) => number): void {
  const depth = 10 + random(50);
  path.length = 0;
  let at = 0;
  for (let level = 0; level < depth; level++) {
    const branch = Math.floor((random(1000) / 1000) ** 4 * 5);
    at = (Math.imul(at + 1, 48271) + branch * 7919) >>> 0;
    path.push(at % (FUNCTIONS * SITES));
  }
}

function frameLine(at: number): string {
  const called = at % FUNCTIONS;
  const site = Math.floor(at / FUNCTIONS);
  const isKernel = called % 10 === 0;
  const address = isKernel
    ? `ffffffff8${(0x1000000 + at * 64).toString(16)}`
    : (0x400000 + at * 64).toString(16);
  const name = isKernel
    ? `do_something_${called}`
    : `project::component_${called % 40}::Worker<std::vector<int> >::step_${called}(int, char const*)`;
  const module = isKernel
    ? "[kernel.kallsyms]"
    : called % 3 === 0
      ? "/usr/lib/x86_64-linux-gnu/libwork.so.1"
      : "/opt/app/bin/server";
  return `\t${address.padStart(16)} ${name}+0x${(site * 64 + 5).toString(16)} (${module})\n`;
}

/** Whole numbers below a bound, always the same (a linear congruential generator of 32 bits). */
function generator(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}
