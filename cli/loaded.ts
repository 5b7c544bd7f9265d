import { tuneV8 } from "./tune-v8.ts";

/**
 * A command's modules, once they are there; V8 is tuned then. Not before: Node.js carries compiled code of its own modules,
 * which V8 does not take after a change of its flags, and each is then compiled from source.
 */
export async function loaded<T>(modules: Promise<T>): Promise<T> {
  const all = await modules;
  tuneV8();
  return all;
}
