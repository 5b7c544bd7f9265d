import { judge } from "../judges.ts";

/** Functions of Go's runtime that go over to another stack, and code that call frame information does not tell of. */
const SWITCHING =
  /^(runtime\.(systemstack|mcall|morestack|asmcgocall|nanotime1|sigreturn|clone|goexit|systemstack_switch|rt0_go)|gogo|time\.now|crosscall_amd64)(\.abi0)?$/;

/** Addresses of functions by name. */
export function symbols(path: string): Map<string, number> {
  const text = judge("readelf", ["-sW", path]);
  const lines = text.matchAll(/^\s*\d+: ([0-9a-f]+) +\S+ FUNC .* (\S+)$/gm);
  return new Map([...lines].map(([, address, name]) => [name, Number.parseInt(address, 16)]));
}

/** Where those begin that have rules of their own, which are other ones than their call frame information says; none in other programs. */
export function switchingFunctions(path: string): ReadonlySet<number> {
  return new Set([...symbols(path)].filter(([name]) => SWITCHING.test(name)).map(([, start]) => start));
}
