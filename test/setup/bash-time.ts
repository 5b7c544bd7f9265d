/** What bash's `time` is to write: user and system seconds. */
export const USER_AND_SYSTEM = 'TIMEFORMAT="%U %S"';
/** User seconds alone. */
export const USER_ONLY = 'TIMEFORMAT="%U 0.0"';

/** The seconds together, from what bash wrote to standard error. Throws when they are not there. */
export function cpuSeconds(stderr: string): number {
  const match = /^([\d.]+) ([\d.]+)$/m.exec(stderr);
  if (!match) throw new Error(`no times in ${stderr}`);
  return Number(match[1]) + Number(match[2]);
}
