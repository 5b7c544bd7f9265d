import { baseName } from "../../frame-name.ts";

/**
 * Whether the `file` of a speedscope frame is a binary: speedscope's own importers put the DSO there when no source is
 * known, and so do we. Sources have an extension; a binary is `[kernel]`, a shared object, or a path without one.
 */
export function isModuleFile(file: string): boolean {
  if (/^\[.+\]$/.test(file)) return true;
  const base = baseName(file);
  return (
    /\.so(\.|$)/.test(base) || /^perf-\d+\.map$/.test(base) || (file.startsWith("/") && !base.includes("."))
  );
}
