/** The formats that profiles are written in, as `--to` names them. `.gz` behind an ending packs. */
export const OUTPUT_FORMATS = {
  pprof: { what: "a pprof profile", endings: [".pb.gz", ".pb", ".pprof"] },
  folded: { what: "folded text", endings: [".folded", ".collapsed"] },
  speedscope: { what: "a speedscope file", endings: [".speedscope.json", ".speedscope"] },
  firefox: { what: "a processed Firefox profile", endings: [".firefox.json", ".profile.json"] },
  svg: { what: "an SVG picture", endings: [".svg"] },
  png: { what: "a PNG picture", endings: [".png"] },
  html: { what: "the page", endings: [".html", ".htm"] },
} as const;

export type OutputFormat = keyof typeof OUTPUT_FORMATS;

export const OUTPUT_FORMAT_NAMES = Object.keys(OUTPUT_FORMATS) as OutputFormat[];

/** The format that the ending of a file's name tells; undefined when it tells none. */
export function outputFormatOf(path: string): OutputFormat | undefined {
  const lower = path.toLowerCase();
  const plain = lower.replace(/\.gz$/, "");
  return OUTPUT_FORMAT_NAMES.find((name) =>
    OUTPUT_FORMATS[name].endings.some((ending) => lower.endsWith(ending) || plain.endsWith(ending)),
  );
}

/** Whether the file is gzipped: pprof always but as `.pb`, the others when their name says so. */
export function isPacked(path: string, format: OutputFormat): boolean {
  const lower = path.toLowerCase();
  return format === "pprof" ? !lower.endsWith(".pb") : lower.endsWith(".gz");
}
