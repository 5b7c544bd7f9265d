/**
 * What is said over the virtio serial port between a test (`machine.ts`) and the agent in a guest (`agent.ts`): lines
 * of JSON, each answer bearing its request's number. The agent's first word is an answer numbered 0.
 */
export type Request =
  | { do: "run"; command: string; timeoutMs: number }
  | { do: "get"; path: string }
  | { do: "put"; path: string; base64: string; mode: number }
  | { do: "end" };

export type NumberedRequest = Request & { id: number };

export interface Answer {
  id: number;
  /** Why the request could not be served. */
  error?: string;
  /** Of `run`. */
  result?: RunResult & { timedOut: boolean };
  /** Of `get`: the file. */
  base64?: string;
}

export interface RunResult {
  /** -1 when a signal ended it. */
  code: number;
  signal: string | null;
  stdout: string;
  stderr: string;
}
