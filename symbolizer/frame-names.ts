import type { ResolvedFrames } from "./resolver.ts";

/** What a frame's function is called. */
export interface FrameNames {
  /** For people: demangled, with the namespaces and types around it. */
  name: string;
  /** For the linker; "" where the function has no such name. */
  linkageName: string;
}

/** The names of row `row`. `demangle` gives names that are not mangled back as they are; without it, all stay as in the file. */
export function frameNames(
  frames: ResolvedFrames,
  row: number,
  demangle: ((name: string) => string) | undefined,
): FrameNames {
  const raw = frames.name[row];
  if (demangle === undefined) return { name: raw, linkageName: raw };
  const enclosing = frames.enclosing?.[row] ?? [];
  if (enclosing.length === 0) return { name: demangle(raw), linkageName: raw };
  return { name: [...enclosing.map(demangle), raw].join("::"), linkageName: "" };
}
