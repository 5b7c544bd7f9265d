import { expect, test } from "vitest";
import * as dw from "../../../../symbolizer/dwarf/dwarf-constants.ts";
import { dwarfResolver } from "../../../../symbolizer/dwarf/dwarf-resolver.ts";
import { type EntryPicture, Label, sectionsOf } from "./dwarf-writer.ts";

import { ALONE, code, entry, named, origin, span, unit } from "./pictures.ts";

const C = 0x0c;
const CXX = 0x1a;

/** "around::function" for each of the functions at 0x1000, 0x1100, … */
function namesOf(children: EntryPicture[], count: number, language = CXX): string[] {
  const root = unit([...span(0x1000, 0x9000), [dw.DW_AT_language, dw.DW_FORM_data1, language]], children);
  const resolver = dwarfResolver(sectionsOf([{ root }]), ALONE, { inlines: true });
  const addresses = Float64Array.from({ length: count }, (_, i) => 0x1000 + i * 0x100);
  const { frameStart, name, enclosing } = resolver.resolve(addresses);
  expect(resolver.problems()).toEqual([]);
  return Array.from(addresses, (_, i) => [...enclosing[frameStart[i]], name[frameStart[i]]].join("::"));
}

function at(index: number): [number, number] {
  return [0x1000 + index * 0x100, 0x1080 + index * 0x100];
}

test("namespaces, those without name too, and types", () => {
  const children = [
    entry(
      dw.DW_TAG_namespace,
      [named("app")],
      [
        code("tax", ...at(0)),
        entry(dw.DW_TAG_namespace, [], [code("secret", ...at(1))]),
        entry(dw.DW_TAG_structure_type, [named("Order")], [code("total", ...at(2))]),
      ],
    ),
    code("plain", ...at(3)),
  ];
  expect(namesOf(children, 4)).toEqual([
    "app::tax",
    "app::(anonymous namespace)::secret",
    "app::Order::total",
    "plain",
  ]);
  expect(namesOf(children, 4, C)).toEqual(["tax", "secret", "total", "plain"]);
});

test("a body beside its declaration, an inlined call, and one function for both", () => {
  const declaration = new Label();
  const body = new Label();
  const children = [
    entry(
      dw.DW_TAG_namespace,
      [named("app")],
      [entry(dw.DW_TAG_subprogram, [named("tax")], undefined, declaration)],
    ),
    entry(
      dw.DW_TAG_subprogram,
      [[dw.DW_AT_specification, dw.DW_FORM_ref4, declaration], ...span(...at(0))],
      undefined,
      body,
    ),
    code("caller", ...at(1), [entry(dw.DW_TAG_inlined_subroutine, [origin(body), ...span(...at(1))])]),
  ];
  expect(namesOf(children, 2)).toEqual(["app::tax", "app::tax"]);
});

test("of what is inside a function, the function's linkage name tells the rest", () => {
  const declaration = new Label();
  const children = [
    entry(
      dw.DW_TAG_class_type,
      [named("K")],
      [
        entry(
          dw.DW_TAG_subprogram,
          [named("f"), [dw.DW_AT_linkage_name, dw.DW_FORM_string, "_ZN1K1fEv"]],
          undefined,
          declaration,
        ),
      ],
    ),
    entry(
      dw.DW_TAG_subprogram,
      [[dw.DW_AT_specification, dw.DW_FORM_ref4, declaration]],
      [
        entry(dw.DW_TAG_structure_type, [], [code("operator()", ...at(0)), code("other", ...at(1))]),
        entry(dw.DW_TAG_structure_type, [named("<lambda(int)>")], [code("operator()<int>", ...at(2))]),
      ],
    ),
  ];
  expect(namesOf(children, 3)).toEqual([
    "_ZN1K1fEv::{lambda}::operator()",
    "_ZN1K1fEv::{unnamed type}::other",
    "_ZN1K1fEv::{lambda(int)}::operator()<int>",
  ]);
});

test("DW_AT_sibling is followed, and one that leads back is not", () => {
  const ahead = new Label();
  const back = new Label();
  const space = (name: string, sibling: Label, children: EntryPicture[], label?: Label) =>
    entry(dw.DW_TAG_namespace, [named(name), [dw.DW_AT_sibling, dw.DW_FORM_ref4, sibling]], children, label);
  const children = [
    space("passed", ahead, [code("a", ...at(0))], back),
    entry(dw.DW_TAG_namespace, [named("app")], [code("b", ...at(1))], ahead),
    space("circle", back, [code("c", ...at(2))]),
  ];
  expect(namesOf(children, 3)).toEqual(["passed::a", "app::b", "circle::c"]);
});

test("nests of hundreds of namespaces are cut, not followed without end", () => {
  let nest = code("deep", ...at(0));
  for (let i = 0; i < 300; i++) nest = entry(dw.DW_TAG_namespace, [named(`n${i}`)], [nest]);
  const [name] = namesOf([nest], 1);
  expect(name.split("::")).toHaveLength(65);
  expect(name).toMatch(/^n299::n298::.*::deep$/);
});
