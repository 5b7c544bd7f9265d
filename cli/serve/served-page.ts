import { SERVED_ATTRIBUTE } from "../../viewer/served/messages.ts";

const DATA_START = 'id="stapflame-profile"';
const POLICY = /(<meta\s+http-equiv="Content-Security-Policy"\s+content=")([^"]*)(")/;

/** The viewer's page for serving, and the policy that goes with it. */
export interface ServedPage {
  html: string;
  contentSecurityPolicy: string;
}

/**
 * The built page told to ask this server for `what`: `list`, or the number of a file. Its own policy allows no network at
 * all; here it may ask where it came from, and nobody may put it into a frame.
 */
export function servedPage(template: string, what: string): ServedPage {
  const policy = POLICY.exec(template)?.[2];
  if (policy === undefined || !template.includes(DATA_START)) {
    throw new Error("The viewer's template is not as expected; build it again.");
  }
  const others = policy
    .split(";")
    .map((rule) => rule.trim())
    .filter((rule) => rule !== "" && !rule.startsWith("connect-src"));
  const opened = [...others, "connect-src 'self'"].join("; ");
  return {
    html: template
      .replace(POLICY, (_, start: string, __: string, end: string) => start + opened + end)
      .replace(DATA_START, `${DATA_START} ${SERVED_ATTRIBUTE}="${what}"`),
    contentSecurityPolicy: `${opened}; frame-ancestors 'none'`,
  };
}
