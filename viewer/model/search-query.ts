/** What was typed in the search box, understood: a test of names, or why it is none. */
export type SearchQuery =
  | { kind: "empty" }
  | { kind: "test"; matches: (name: string) => boolean }
  | { kind: "bad"; message: string };

/**
 * Plain text is searched for as it stands; `/text/` is a regular expression. Case is ignored unless `matchCase`.
 * Never throws.
 */
export function parseQuery(text: string, matchCase: boolean): SearchQuery {
  if (text === "") return { kind: "empty" };
  if (text.length > 1 && text.startsWith("/") && text.endsWith("/")) {
    return parseRegExp(text.slice(1, -1), matchCase);
  }
  if (matchCase) return { kind: "test", matches: (name) => name.includes(text) };
  const lower = text.toLowerCase();
  return { kind: "test", matches: (name) => name.toLowerCase().includes(lower) };
}

function parseRegExp(source: string, matchCase: boolean): SearchQuery {
  if (source === "") return { kind: "empty" };
  let expression: RegExp;
  try {
    expression = new RegExp(source, matchCase ? "u" : "iu");
  } catch {
    // Without the u flag more is allowed, such as the needless escapes that people copy from other tools.
    try {
      expression = new RegExp(source, matchCase ? "" : "i");
    } catch (error) {
      return { kind: "bad", message: `Not a regular expression: ${reason(error)}.` };
    }
  }
  return { kind: "test", matches: (name) => expression.test(name) };
}

/** `Invalid regular expression: /f(/i: Unterminated group` to `unterminated group`. */
function reason(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  const last = message.slice(message.lastIndexOf(": ") + 1).trim();
  return last.charAt(0).toLowerCase() + last.slice(1);
}
