import { ensureCommands } from "./debian.ts";

/** Unit tests judge the symbolizer by other people's tools and by real binaries. */
export default function setup(): void {
  ensureCommands({
    gcc: "gcc",
    "g++": "g++",
    nm: "binutils",
    "c++filt": "binutils",
    "eu-addr2line": "elfutils",
    "eu-readelf": "elfutils",
  });
}
