import type { Profile } from "../../profile/profile.ts";
import type { SourceText } from "../../profile/source-text.ts";
import { type MadeFrame, madeProfile } from "../viewer/made-profile.ts";
import { HOSTILE_NAMES } from "./demo-profile.ts";

/** A program with debug information: inlined calls, lines, and its source text. */

const PARSE_C = "/home/ada/json/src/parse.c";
const SCAN_H = "/home/ada/json/src/scan.h";
const MAIN_C = "/home/ada/json/src/main.c";
const MISSING_C = "./nptl/pthread_create.c";

const main = (at: number): MadeFrame => ({ name: "main", file: MAIN_C, line: 12, at });
const parse = (at: number): MadeFrame => ({ name: "parse_object", file: PARSE_C, line: 40, at });
const skip = (at: number, inlined: boolean): MadeFrame => ({
  name: "skip_space",
  file: SCAN_H,
  line: 8,
  at,
  inlined,
});
const isSpace: MadeFrame = { name: "is_space", file: SCAN_H, line: 2, at: 4, inlined: true };

export function sourceProfile(): Profile {
  return madeProfile(
    [
      { frames: [main(19), parse(52), skip(10, true), isSpace], count: 310 },
      { frames: [main(19), parse(52), skip(11, true)], count: 120 },
      { frames: [main(19), parse(44)], count: 90 },
      { frames: [main(19), parse(57), parse(52), skip(10, true), isSpace], count: 140 },
      { frames: [main(21), skip(11, false)], count: 60 },
      { frames: [main(21), skip(10, false), isSpace], count: 30 },
      {
        frames: [main(19), parse(55), { name: "start_thread", file: MISSING_C, line: 380, at: 447 }],
        count: 45,
      },
      {
        frames: [
          main(19),
          parse(55),
          { name: "malloc", place: "l", file: "/usr/src/glibc/malloc.c", line: 3287, at: 3301 },
        ],
        count: 70,
      },
    ],
    { target: "./json-bench" },
  );
}

const text = (lines: string) => lines.replace(/^\n/, "").split("\n");

export const SOURCES: SourceText = [
  {
    path: PARSE_C,
    excerpts: [
      {
        first: 39,
        lines: text(`
/* An object: pairs of a key and a value between braces. */
struct node *parse_object(struct parser *p)
{
	struct node *object = new_node(p, OBJECT);

	for (p->at++; p->at < p->end; p->at++) {
		char c = *p->at;

		if (c == '}')
			return object;
		if (c == ',')
			continue;

		skip_space(p);
		struct node *key = parse_string(p);
		skip_space(p);
		add_pair(object, key, malloc(sizeof(struct node)));
		if (*p->at == '{')
			parse_object(p);
	}
	return fail(p, "the object has no end; it began at %zu, and the text has only %zu characters in all", object->start, p->length);
}`),
      },
    ],
    warning: "The source is newer than the program /usr/bin/demo, so lines may have moved.",
    missing: "",
  },
  {
    path: SCAN_H,
    excerpts: [
      {
        first: 1,
        lines: text(`
/* Whether a character is white space in JSON (RFC 8259, section 2). */
static inline bool is_space(char c)
{
	return c == ' ' || c == '\\n' || c == '\\t' || c == '\\r';
}

/* Moves to the next character that is none. */
static inline void skip_space(struct parser *p)
{
	while (is_space(*p->at))
		p->at++;
}`),
      },
    ],
    warning: "",
    missing: "",
  },
  { path: MISSING_C, excerpts: [], warning: "", missing: "has no absolute path" },
];

/** File names, function names and text that would run if any of them got into the page as markup. */
export const HOSTILE_SOURCES: SourceText = HOSTILE_NAMES.map((name) => ({
  path: name,
  excerpts: [{ first: 1, lines: ["</td></table><script>alert(7)</script>", ...HOSTILE_NAMES] }],
  warning: name,
  missing: name,
}));

export function hostileSourceProfile(): Profile {
  return madeProfile(
    HOSTILE_NAMES.map((name, index) => ({
      frames: [
        { name: "main" },
        { name, file: name, line: 1 },
        { name: `in ${name}`, file: name, line: 2, at: index + 1, inlined: true },
      ],
      count: 30 - index,
    })),
  );
}
