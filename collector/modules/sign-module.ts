import { execFile } from "node:child_process";
import { accessSync, constants } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { CollectorError } from "../contract.ts";
import type { BuildRequest } from "./build-request.ts";

const run = promisify(execFile);
/** Every kernel that checks signatures knows it. */
const HASH = "sha256";

/** Appends a signature to a module, by the tool that comes with the kernel's headers. Throws CollectorError. */
export async function signModule(
  file: string,
  headers: string,
  { key, certificate }: NonNullable<BuildRequest["signing"]>,
): Promise<void> {
  for (const path of [key, certificate]) checkReadable(path);
  const tool = join(headers, "scripts/sign-file");
  try {
    await run(tool, [HASH, key, certificate, file]);
  } catch (error) {
    const { code, stderr } = error as NodeJS.ErrnoException & { stderr?: string };
    if (code === "ENOENT") {
      throw new CollectorError(
        `the kernel's headers have no sign-file (${tool})`,
        "Install the headers with their tools, or sign the module on another machine.",
      );
    }
    const said = stderr?.trim().split("\n").at(-1) || (error as Error).message;
    throw new CollectorError(
      `the module could not be signed: ${said}`,
      "Give a private key and its X.509 certificate, in PEM or DER.",
    );
  }
}

function checkReadable(path: string): void {
  try {
    accessSync(path, constants.R_OK);
  } catch (error) {
    throw new CollectorError(
      `${path} cannot be read (${(error as NodeJS.ErrnoException).code})`,
      "Check the path of key and certificate.",
    );
  }
}
