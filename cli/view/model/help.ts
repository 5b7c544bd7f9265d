import { type Line, span } from "../text/line.ts";

const SECTIONS: readonly (readonly [
  title: string,
  keys: readonly (readonly [keys: string, what: string])[],
])[] = [
  [
    "Everywhere",
    [
      ["1 2 3 4  Tab", "call tree, inverted tree, functions, flame graph"],
      ["↑ ↓  k j", "move; PgUp PgDn, Home End (g G)"],
      ["/", "search: plain text, or /a regular expression/"],
      ["n N", "next and previous match"],
      ["d", "all about the frame: full name, module, file and line, callers"],
      ["p", "group by process name, process, thread, or not at all"],
      ["v", "weigh by the next sample type: samples, CPU time"],
      ["?", "this help"],
      ["q  Ctrl-C", "leave;  Ctrl-Z  suspend"],
    ],
  ],
  [
    "Call tree, inverted tree",
    [
      ["→ ←  l h", "open, close; then the first callee, the caller"],
      ["Enter", "open or close"],
      ["e", "open the heaviest path from here, to where its time is spent"],
      ["* -", "open all below, close all below"],
    ],
  ],
  ["Functions", [["s", "sort by self, total, name"]]],
  [
    "Flame graph",
    [
      ["← →  h l", "the frames beside; ↑ the caller, ↓ the widest callee"],
      ["Enter", "zoom in;  Backspace, Esc  back"],
    ],
  ],
  [
    "Words",
    [
      ["self", "samples in which the function itself was running"],
      ["total", "samples in it or in what it called, each counted once"],
      ["inverted", "functions by their own weight, and below them their callers"],
    ],
  ],
];

const KEYS_CELLS = 15;
const ASCII_ARROWS = new Map([
  ["↑", "Up"],
  ["↓", "Down"],
  ["←", "Left"],
  ["→", "Right"],
]);

/** What the keys do. */
export function helpLines(ascii: boolean): Line[] {
  return SECTIONS.flatMap(([title, keys], index) => [
    ...(index > 0 ? [[]] : []),
    [span(title, { bold: true })],
    ...keys.map(
      ([names, what]): Line => [
        span(`  ${keyNames(names, ascii).padEnd(KEYS_CELLS)} `),
        span(keyNames(what, ascii)),
      ],
    ),
  ]);
}

/** Arrows as words where there are only ASCII characters. */
export function keyNames(text: string, ascii: boolean): string {
  if (!ascii) return text;
  return text.replace(/[↑↓←→]+/g, (arrows) => [...arrows].map((arrow) => ASCII_ARROWS.get(arrow)).join("/"));
}
