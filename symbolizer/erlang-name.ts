/**
 * Erlang's virtual machine writes functions into a perf map with a `$` in front, so that they are not taken for C's, and the first
 * instructions of each as an entry of their own; into a jitdump file without the `$`:
 *
 *     $lists:keyfind/3      $work:burn/2-CodeInfoPrologue      $global::apply_fun_shared
 */
const SHAPE = /^\$(.+:.+?)(?:-CodeInfoPrologue)?$|^(.+:.+\/\d+)-CodeInfoPrologue$/;

/** The function alone, `lists:keyfind/3`; undefined for what is no such entry, or nothing but it. */
export function erlangFunction(entry: string): string | undefined {
  const match = SHAPE.exec(entry);
  return match?.[1] ?? match?.[2];
}
