/** Words of records as the kernel writes them, from fields in order: numbers of 4 bytes, bigints of 8. */
export function words(...fields: (number | bigint)[]): number[] {
  return fields.flatMap((field) =>
    typeof field === "bigint"
      ? [Number(field & 0xffff_ffffn), Number((field >> 32n) & 0xffff_ffffn)]
      : [field],
  );
}

/** A record of `type`: the header, and `body` behind it. */
export function record(type: number, misc: number, body: readonly number[]): number[] {
  return [type, misc | ((8 + body.length * 4) << 16), ...body];
}

export interface WrittenSample {
  pid: number;
  tid: number;
  time: bigint;
  /** Entries of the call chain, marks among them. */
  chain?: readonly bigint[];
  registers?: readonly bigint[];
  /** Words of 8 bytes; `room`: as many as were asked for. */
  stack?: readonly bigint[];
  room?: number;
}

/** A PERF_RECORD_SAMPLE with the parts that are given. */
export function sample({ pid, tid, time, chain, registers, stack, room }: WrittenSample): number[] {
  const body = words(0xdeadbeefn, pid, tid, time);
  if (chain) body.push(...words(BigInt(chain.length), ...chain));
  if (registers) body.push(...words(2n, ...registers));
  if (stack) {
    const size = room ?? stack.length;
    const padding = new Array<bigint>(size - stack.length).fill(0n);
    body.push(...words(BigInt(size * 8), ...stack, ...padding, BigInt(stack.length * 8)));
  } else if (registers) body.push(...words(0n));
  return record(9, 2, body);
}
