const SIGNALS = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

/** Listens for the signals that end a recording. */
export interface Interrupts {
  /** Resolves with the first signal. */
  first: Promise<NodeJS.Signals>;
  /** Resolves with the second. */
  second: Promise<NodeJS.Signals>;
  /** Until `release` is called, one signal means something else: it calls `action` and counts for neither of the above. */
  divert(action: () => void): { release(): void };
  /** Gives the signals their usual effect back. */
  stop(): void;
}

/** From now on the first signal only asks for the end. */
export function listenForInterrupts(): Interrupts {
  const waiting: ((signal: NodeJS.Signals) => void)[] = [];
  const next = () => new Promise<NodeJS.Signals>((resolve) => waiting.push(resolve));
  const first = next();
  const second = next();
  let diverted: (() => void) | undefined;
  const onSignal = (signal: NodeJS.Signals) => {
    const action = diverted;
    diverted = undefined;
    if (action === undefined) waiting.shift()?.(signal);
    else action();
  };
  for (const signal of SIGNALS) process.on(signal, onSignal);
  return {
    first,
    second,
    divert: (action) => {
      diverted = action;
      return {
        release: () => {
          if (diverted === action) diverted = undefined;
        },
      };
    },
    stop: () => {
      for (const signal of SIGNALS) process.off(signal, onSignal);
    },
  };
}
