import { Option } from "commander";
import { INPUT_FORMAT_NAMES } from "../../profile/formats/input-formats.ts";

/** `--from`, the same for all commands that read profiles. */
export function fromOption(): Option {
  return new Option("--from <format>", "read as this format, whatever it looks like").choices(
    INPUT_FORMAT_NAMES,
  );
}

/** What can be read, for the help of those commands. */
export const INPUT_HELP = `
What is read (told by content, not by name; gzip is unpacked; "-" is standard input):
  pprof       profile.proto, such as stapflame, Go, perf_to_profile and parca write
  perf        the text of perf script, with whatever fields: a stream, so of any size
  folded      root;…;leaf COUNT a line (stackcollapse-*.pl, bcc's profile -f, inferno); with two counts a line
              (difffolded.pl) the sample types are before/count and after/count
  stap        stacks of print_stack, print_ustack and their like, each with its count below
  dtrace      the same by DTrace's stack() and ustack()
  bpftrace    maps whose keys have kstack or ustack, in any stack mode
  speedscope  speedscope's JSON, sampled or evented
  firefox     a processed profile, as the Firefox Profiler saves it (version 41 and later)
  cpuprofile  V8's .cpuprofile (node --cpu-prof, Chrome)`;
