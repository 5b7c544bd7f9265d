import { PACKAGE_OF } from "../symbolizer/judges.ts";
import { ensureCommands } from "./debian.ts";

/** Unit tests judge the symbolizer by other people's tools and by real binaries. */
export default function setup(): void {
  ensureCommands(PACKAGE_OF);
}
