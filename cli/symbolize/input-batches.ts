/** Text of this length is no line that a person or a co-process wrote and waits for: more is probably on its way. */
const MANY_BYTES = 2048;
/** So long is waited for it. */
const QUIET_MS = 5;
/** 64 thousand addresses, which the resolver is no quicker at for having more of them. */
const MAX_BATCH_BYTES = 1 << 20;

/**
 * The text of a stream in the batches in which it is best answered: a line from a person or a co-process by itself, at
 * once; of a file, or of a program that writes on and on, a mebibyte at a time. What comes in pieces of a pipe's size would
 * otherwise have the same units read for each piece.
 */
export async function* inputBatches(input: AsyncIterable<unknown>): AsyncGenerator<string> {
  const pieces = input[Symbol.asyncIterator]();
  let next = pieces.next();
  for (;;) {
    const { done, value } = await next;
    if (done) return;
    let text = String(value);
    next = pieces.next();
    while (text.length >= MANY_BYTES && text.length < MAX_BATCH_BYTES) {
      const more = await within(QUIET_MS, next);
      if (more === undefined || more.done) break;
      text += String(more.value);
      next = pieces.next();
    }
    yield text;
  }
}

/** What a promise gives; undefined when it takes longer. */
async function within<T>(milliseconds: number, promise: Promise<T>): Promise<T | undefined> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<undefined>((resolve) => {
    timer = setTimeout(resolve, milliseconds, undefined);
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}
