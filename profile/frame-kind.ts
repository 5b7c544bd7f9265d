/** Where a frame's code lives; what the viewer colours by. */
export type FrameKind = "kernel" | "user" | "library" | "jit" | "unknown";

/** The mapping that holds the kernel image; modules and BPF programs are `[module]` / `[bpf]`. */
export const KERNEL_MAPPING = "[kernel]";
export const VDSO_MAPPING = "[vdso]";
const USER_PSEUDO_MAPPINGS = new Set([
  VDSO_MAPPING,
  "[vsyscall]",
  "[stack]",
  "[heap]",
  "[anon]",
  "[uprobes]",
]);

/**
 * The kind of a frame from the file name of its mapping. `""` (no mapping) is unknown.
 * Kernel image and modules are in brackets, as in /proc/kallsyms; a shared object has `.so` in its base name.
 */
export function frameKind(mappingFile: string): FrameKind {
  if (mappingFile === "") return "unknown";
  if (mappingFile.startsWith("[")) {
    if (mappingFile === VDSO_MAPPING || mappingFile === "[vsyscall]") return "library";
    return USER_PSEUDO_MAPPINGS.has(mappingFile) ? "jit" : "kernel";
  }
  if (isPerfMapPath(mappingFile)) return "jit";
  const base = mappingFile.slice(mappingFile.lastIndexOf("/") + 1);
  return /\.so(\.|$| )/.test(base) ? "library" : "user";
}

/** `/tmp/perf-PID.map`: the mapping name of memory that a run-time compiler filled. */
export function perfMapPath(pid: number): string {
  return `/tmp/perf-${pid}.map`;
}

export function isPerfMapPath(path: string): boolean {
  return /^\/tmp\/perf-\d+\.map$/.test(path);
}
