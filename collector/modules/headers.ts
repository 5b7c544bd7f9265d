import { existsSync } from "node:fs";
import { join } from "node:path";
import { CollectorError } from "../contract.ts";
import { installHeaders } from "./distribution.ts";

/** Folder of a kernel's headers. Throws CollectorError when they are not there, or not whole. */
export function headersOf(release: string, given: string | undefined): string {
  const folder = given ?? `/lib/modules/${release}/build`;
  if (!existsSync(folder)) {
    throw given === undefined
      ? new CollectorError(`the headers of kernel ${release} are not installed`, installHeaders(release))
      : new CollectorError(
          `there is no folder ${folder}`,
          "Give the folder of the kernel's headers with --headers.",
        );
  }
  for (const file of ["Makefile", "include/config/auto.conf"]) {
    if (existsSync(join(folder, file))) continue;
    throw new CollectorError(
      `${folder} does not hold the headers of a built kernel: it has no ${file}`,
      given === undefined
        ? installHeaders(release)
        : "Give the folder of the kernel's headers with --headers.",
    );
  }
  return folder;
}
