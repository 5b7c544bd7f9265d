/**
 * Which of several kernel symbols at one address names it: the lowest rank, and of equal ranks the first in the file.
 * In the order of weight:
 *
 * 1. a function's name before the label of a section's edge (`_stext`, `__hot_text_start`, `pvm_eretu_end`);
 * 2. a plain name before a wrapper or copy that means the same code: `__pi_` (position-independent alias), `__ia32_`
 *    and `__do_sys_` (this machine's own entry, `__x64_sys_sync`, is what documentation speaks of), `__pfx_`
 *    (padding before a function, still a name of its own where nothing else lies), `__cfi_`, static-call trampolines;
 * 3. global before weak before local, as the linker would choose;
 * 4. fewer leading underscores (`memset` before `__memset`), then the shorter name.
 */
export function aliasRank(name: string, type: string): number {
  const edge = EDGE_LABEL.test(name) ? 1 : 0;
  const copy = COPY_PREFIX.test(name) ? 1 : 0;
  const binding = type === "T" ? 0 : type === "W" || type === "w" ? 1 : 2;
  const underscores = Math.min(15, name.length - name.replace(/^_+/, "").length);
  return (((edge * 2 + copy) * 4 + binding) * 16 + underscores) * 1024 + Math.min(name.length, 1023);
}

const EDGE_LABEL = /(^|_)[se]?(text|inittext)$|_(start|end|begin)$|^_(text|stext|etext|end)$/;
const COPY_PREFIX = /^(__pi_|__ia32_|__do_(compat_)?sys_|__se_(compat_)?sys_|__pfx_|__cfi_|__SCT__|__SCK__)/;
