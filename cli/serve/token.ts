import { createHash, randomBytes, timingSafeEqual } from "node:crypto";

const TOKEN_BYTES = 16;

/** 128 random bits, for an address. */
export function newToken(): string {
  return randomBytes(TOKEN_BYTES).toString("base64url");
}

/** Whether an `Authorization` header bears the token; takes as long for any wrong one. */
export function isAuthorized(header: string | undefined, token: string): boolean {
  const given = /^Bearer ([\w-]{1,100})$/.exec(header ?? "")?.[1];
  return timingSafeEqual(digest(given ?? ""), digest(token)) && given !== undefined;
}

/** Of equal length whatever is given. */
function digest(text: string): Buffer {
  return createHash("sha256").update(text).digest();
}
