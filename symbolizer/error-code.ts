/** The code of an error of Node.js or of a system call (`ENOENT`, `ERR_BUFFER_TOO_LARGE`); "" where it has none. */
export function errorCode(error: unknown): string {
  return error instanceof Error && "code" in error && typeof error.code === "string" ? error.code : "";
}
