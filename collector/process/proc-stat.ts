/** Field `number`, counted from 1, of the text of a /proc/PID/stat file, proc_pid_stat(5); "" if there is none. Of fields behind the name, the second. */
export function statField(stat: string, number: number): string {
  // The name, in parentheses, may hold anything: fields are counted from behind it.
  return stat.slice(stat.lastIndexOf(")") + 2).split(" ")[number - 3] ?? "";
}
