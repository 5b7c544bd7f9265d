const SIGNALS = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

/** Listens for the signals that end a recording. */
export interface Interrupts {
  /** Resolves with the first signal. */
  first: Promise<NodeJS.Signals>;
  /** Resolves with the second. */
  second: Promise<NodeJS.Signals>;
  /** Gives the signals their usual effect back. */
  stop(): void;
}

/** From now on the first signal only asks for the end. */
export function listenForInterrupts(): Interrupts {
  const waiting: ((signal: NodeJS.Signals) => void)[] = [];
  const next = () => new Promise<NodeJS.Signals>((resolve) => waiting.push(resolve));
  const first = next();
  const second = next();
  const onSignal = (signal: NodeJS.Signals) => waiting.shift()?.(signal);
  for (const signal of SIGNALS) process.on(signal, onSignal);
  return {
    first,
    second,
    stop: () => {
      for (const signal of SIGNALS) process.off(signal, onSignal);
    },
  };
}
