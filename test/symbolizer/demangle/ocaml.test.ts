import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { demangleOcaml } from "../../../symbolizer/demangle/ocaml.ts";
import { createDemangler } from "../../../symbolizer/demangle.ts";

const { demangle } = createDemangler();

/** As ocamlopt 4.13 wrote them for a program, the last three as 5.1 does. */
describe("OCaml's symbols", () => {
  test.each([
    ["camlWork__fib_91", "Work.fib_91"],
    ["camlStdlib__Map__add_200", "Stdlib.Map.add_200"],
    ["camlStdlib__List__rev_merge_rev_562", "Stdlib.List.rev_merge_rev_562"],
    ["camlWork__entry", "Work.entry"],
    ["camlStdlib__$40_181", "Stdlib.@_181"],
    ["camlWork__$2b$2b_12", "Work.++_12"],
    ["camlWork__f'_12", "Work.f'_12"],
    ["camlStdlib__List.map_123", "Stdlib.List.map_123"],
    ["camlWork.code_begin", "Work.code_begin"],
    ["camlWork.$2b$2b_12", "Work.++_12"],
  ])("%s is %s", (symbol, name) => expect(demangle(symbol)).toBe(name));

  test.each(["caml_alloc_string", "caml_apply2", "caml", "camlinternal", "camera", "camlX;y", "camlX y"])(
    "%s stands as it is",
    (symbol) => expect(demangle(symbol)).toBe(symbol),
  );

  test("have no blanks and no ends of lines", () => {
    expect(demangle("camlX__a$20b$0a$00$7f$80_1")).toBe("X.a$20b$0a$00$7f$80_1");
    fc.assert(
      fc.property(fc.string({ maxLength: 40 }), (text) => {
        expect(demangleOcaml(`camlX${text}`) ?? "").toMatch(/^[\x21-\x7e]*$/);
      }),
    );
  });
});
