/** What a look-up in the outside world gives: the thing, or one sentence for people telling why it is not there. */
export type Found<T> = { found: T; missing?: undefined } | Missing;

export interface Missing {
  found?: undefined;
  /** Without its subject ("permission denied (EACCES)"), as it is shown after a file's name. */
  missing: string;
  /** There just is no such thing, as opposed to one that is refused or can't be read. */
  absent: boolean;
}

export function found<T>(value: T): Found<T> {
  return { found: value };
}

export function missing(reason: string, absent = false): Missing {
  return { missing: reason, absent };
}
