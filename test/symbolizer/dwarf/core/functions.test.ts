import { describe, expect, test } from "vitest";
import * as dw from "../../../../symbolizer/dwarf/dwarf-constants.ts";
import { dwarfResolver } from "../../../../symbolizer/dwarf/dwarf-resolver.ts";
import { found } from "../../../../symbolizer/found.ts";
import { Label, PLAIN, type Style, sectionsFrom, sectionsOf, Writer, writeUnits } from "./dwarf-writer.ts";
import { lineTable, oldFiles } from "./line-writer.ts";
import { ALONE, chains, code, entry, inlined, named, origin, span, unit } from "./pictures.ts";

const STYLES: [string, Style][] = [2, 3, 4, 5].flatMap((version) =>
  [4, 8].flatMap((offsetSize) =>
    [4, 8].flatMap((addressSize) =>
      [true, false].map((littleEndian): [string, Style] => [
        `version ${version}, offsets of ${offsetSize}, addresses of ${addressSize}, ${littleEndian ? "little" : "big"}-endian`,
        { version, offsetSize, addressSize, littleEndian },
      ]),
    ),
  ),
);

describe("functions and what is inlined into them", () => {
  test.each(STYLES)("%s", (_, style) => {
    const [leaf, middle] = [new Label(), new Label()];
    const root = unit(span(0x1000, 0x3000), [
      entry(dw.DW_TAG_subprogram, [named("leaf")], [entry(0x05, [named("x")])], leaf),
      entry(dw.DW_TAG_subprogram, [named("middle")], undefined, middle),
      code("outer", 0x1000, 0x2000, [
        entry(dw.DW_TAG_lexical_block, span(0x1100, 0x1400), [
          inlined(middle, 0x1200, 0x1300, 7, [inlined(leaf, 0x1210, 0x1220, 12)]),
        ]),
      ]),
      code("next", 0x2000, 0x3000),
    ]);
    const { chains: found, problems } = chains(
      sectionsOf([{ style, root }]),
      [0xfff, 0x1000, 0x1110, 0x1205, 0x1210, 0x121f, 0x1220, 0x1fff, 0x2000, 0x3000],
    );
    expect(found).toEqual([
      "-",
      "outer",
      "outer",
      "middle < outer:7",
      "leaf < middle:12 < outer:7",
      "leaf < middle:12 < outer:7",
      "middle < outer:7",
      "outer",
      "next",
      "-",
    ]);
    expect(problems).toEqual([]);
  });

  test("kernel addresses are signed and exact", () => {
    const base = -0x7f000000;
    const root = unit(span(base, base + 0x1000), [code("do_idle", base + 0x10, base + 0x20)]);
    expect(chains(sectionsOf([{ root }]), [base + 0x10]).chains).toEqual(["do_idle"]);
  });

  test("linkage names and lines come from declarations, over units and type", () => {
    const [declaration, abstract] = [new Label(), new Label()];
    const other = unit(
      [],
      [
        entry(
          dw.DW_TAG_class_type,
          [named("C")],
          [
            entry(
              dw.DW_TAG_subprogram,
              [
                named("method"),
                [dw.DW_AT_linkage_name, dw.DW_FORM_string, "_ZN1C6methodEv"],
                [dw.DW_AT_decl_line, dw.DW_FORM_data1, 33],
              ],
              undefined,
              declaration,
            ),
          ],
        ),
        entry(
          dw.DW_TAG_subprogram,
          [[dw.DW_AT_specification, dw.DW_FORM_ref4, declaration]],
          undefined,
          abstract,
        ),
      ],
    );
    const root = unit(span(0x1000, 0x2000), [
      entry(dw.DW_TAG_subprogram, [origin(abstract, dw.DW_FORM_ref_addr), ...span(0x1000, 0x1100)]),
    ]);
    const resolver = dwarfResolver(sectionsOf([{ root: other }, { root }]), ALONE, { inlines: true });
    const frames = resolver.resolve(Float64Array.of(0x1000));
    expect([frames.name, [...frames.startLine]]).toEqual([["_ZN1C6methodEv"], [33]]);
  });

  test("origins in dwz's common file", () => {
    const shared = new Label();
    const common = sectionsOf([
      {
        root: {
          tag: dw.DW_TAG_partial_unit,
          attributes: [],
          children: [entry(dw.DW_TAG_subprogram, [named("shared")], undefined, shared)],
        },
      },
    ]);
    const strings = new Writer().text("").text("in the common file");
    for (const form of [dw.DW_FORM_GNU_ref_alt, dw.DW_FORM_ref_sup4, dw.DW_FORM_ref_sup8]) {
      const root = unit(span(0x1000, 0x2000), [
        entry(dw.DW_TAG_subprogram, [origin(shared, form), ...span(0x1000, 0x1100)]),
        entry(dw.DW_TAG_subprogram, [[dw.DW_AT_name, dw.DW_FORM_GNU_strp_alt, 1], ...span(0x1100, 0x1200)]),
      ]);
      const sections = sectionsOf([{ root }]);
      const withCommon = {
        ...ALONE,
        alternate: () =>
          found({
            ...common,
            section: (name: string) =>
              name === ".debug_str" ? sectionsFrom({ [name]: strings }).section(name) : common.section(name),
          }),
      };
      expect(chains(sections, [0x1000, 0x1100], withCommon).chains).toEqual(["shared", "in the common file"]);
      const alone = chains(sections, [0x1000]);
      expect(alone.chains).toEqual(["-"]);
      expect(alone.problems).toEqual([
        "shares debug information with a file that can't be read: is not there",
      ]);
    }
  });

  test("chains of origins without end", () => {
    const [a, b] = [new Label(), new Label()];
    const root = unit(span(0x1000, 0x2000), [
      entry(dw.DW_TAG_subprogram, [origin(b), ...span(0x1000, 0x1100)], undefined, a),
      entry(dw.DW_TAG_subprogram, [[dw.DW_AT_specification, dw.DW_FORM_ref4, a]], undefined, b),
      code("sound", 0x1100, 0x1200),
    ]);
    expect(chains(sectionsOf([{ root }]), [0x1000, 0x1100]).chains).toEqual(["-", "sound"]);
  });

  test("code that the linker dropped does not win", () => {
    const root = unit(
      [
        [dw.DW_AT_low_pc, dw.DW_FORM_addr, 0],
        [dw.DW_AT_high_pc, dw.DW_FORM_data4, 0x9000],
      ],
      [code("dropped", 0, 0x9000)],
    );
    const live = unit(span(0x1000, 0x2000), [code("dropped too", 0, 0x1800), code("live", 0x1000, 0x2000)]);
    expect(chains(sectionsOf([{ root }, { root: live }]), [0x1000, 0x2000]).chains).toEqual(["live", "-"]);
    expect(chains(sectionsOf([{ root }], {}, true), [0x1000]).chains).toEqual(["dropped"]);
  });

  test("of functions with the same code the first counts, of overlapping ones the smaller", () => {
    const root = unit(span(0x1000, 0x2000), [
      code("first", 0x1000, 0x1100),
      code("folded", 0x1000, 0x1100),
      code("large", 0x1200, 0x1800),
      code("small", 0x1300, 0x1400),
      code("larger", 0x1200, 0x1900),
    ]);
    const { chains: found } = chains(sectionsOf([{ root }]), [0x1000, 0x1200, 0x1300, 0x1850]);
    expect(found).toEqual(["first", "large", "small", "larger"]);
  });

  test("functions nested in a function elsewhere, in its abstract instance, in a local class", () => {
    const language: [number, number, number] = [dw.DW_AT_language, dw.DW_FORM_data1, 0x0c];
    const root = unit(
      [...span(0x1000, 0x9000), language],
      [
        code("outer", 0x1000, 0x2000, [code("nested behind", 0x5000, 0x5100)]),
        entry(
          dw.DW_TAG_subprogram,
          [named("abstract")],
          [entry(dw.DW_TAG_structure_type, [named("Local")], [code("method", 0x6000, 0x6100)])],
        ),
      ],
    );
    expect(chains(sectionsOf([{ root }]), [0x1000, 0x5000, 0x6000, 0x7000]).chains).toEqual([
      "outer",
      "nested behind",
      "method",
      "-",
    ]);
  });

  test("functions in namespaces, and in an imported unit", () => {
    const partial = new Label();
    const imported = {
      tag: dw.DW_TAG_partial_unit,
      attributes: [],
      children: [code("imported", 0x1800, 0x1900)],
      label: partial,
    };
    const root = unit(span(0x1000, 0x2000), [
      entry(dw.DW_TAG_imported_unit, [[dw.DW_AT_import, dw.DW_FORM_ref_addr, partial]]),
      entry(
        dw.DW_TAG_namespace,
        [named("n")],
        [entry(dw.DW_TAG_namespace, [], [code("inside", 0x1000, 0x1100)])],
      ),
    ]);
    expect(chains(sectionsOf([{ root: imported }, { root }]), [0x1000, 0x1800]).chains).toEqual([
      "inside",
      "imported",
    ]);
  });

  test("DW_AT_sibling that leads back is not followed", () => {
    const back = new Label();
    const root = unit(span(0x1000, 0x2000), [
      entry(
        dw.DW_TAG_structure_type,
        [[dw.DW_AT_sibling, dw.DW_FORM_ref4, back]],
        [entry(0x0d, [named("member")])],
        back,
      ),
      code("behind", 0x1000, 0x1100),
    ]);
    expect(chains(sectionsOf([{ root }]), [0x1000]).chains).toEqual(["behind"]);
  });

  test("a unit without ranges of its own is searched", () => {
    const lines = lineTable(PLAIN, (program) =>
      program.setAddress(0x1000).copy().advancePc(16).endSequence(),
    );
    const root = unit([[dw.DW_AT_stmt_list, dw.DW_FORM_sec_offset, 0]], [code("found", 0x1000, 0x1100)]);
    expect(chains(sectionsOf([{ root }], { ".debug_line": lines }), [0x1000]).chains).toEqual(["found:1"]);
  });

  test("a damaged unit is passed over, others go on", () => {
    const good = unit(span(0x2000, 0x3000), [code("good", 0x2000, 0x3000)]);
    const bad = unit(span(0x1000, 0x2000), [code("bad", 0x1000, 0x2000)]);
    const { info, abbreviations } = writeUnits([{ root: bad }, { root: good }]);
    // The code of the second entry of the first unit: none of its table has it.
    info.bytes[11 + 1 + 16] = 0x63;
    const sections = sectionsFrom({ ".debug_info": info, ".debug_abbrev": abbreviations });
    expect(chains(sections, [0x1000, 0x2000])).toEqual({
      chains: ["-", "good"],
      problems: ["has damaged debug information (an entry without abbreviation in the unit at 0x0)"],
    });
  });

  test("places: the innermost frame's by the line table, the callers' by the calls, without function alone", () => {
    const leaf = new Label();
    const lines = lineTable(
      PLAIN,
      (program) =>
        program
          .setAddress(0x1000)
          .setFile(2)
          .setColumn(4)
          .advanceLine(99)
          .copy()
          .advancePc(0x800)
          .endSequence(),
      {
        files: oldFiles(
          ["/include"],
          [
            ["main.c", 0],
            ["leaf.h", 1],
          ],
        ),
      },
    );
    const root = unit(
      [
        ...span(0x1000, 0x2000),
        [dw.DW_AT_stmt_list, dw.DW_FORM_sec_offset, 0],
        [dw.DW_AT_comp_dir, dw.DW_FORM_string, "/work"],
      ],
      [
        entry(
          dw.DW_TAG_subprogram,
          [named("leaf"), [dw.DW_AT_decl_line, dw.DW_FORM_data1, 90]],
          undefined,
          leaf,
        ),
        entry(
          dw.DW_TAG_subprogram,
          [named("main"), ...span(0x1000, 0x1100), [dw.DW_AT_decl_line, dw.DW_FORM_data1, 1]],
          [
            entry(dw.DW_TAG_inlined_subroutine, [
              origin(leaf),
              ...span(0x1000, 0x1080),
              [dw.DW_AT_call_file, dw.DW_FORM_data1, 1],
              [dw.DW_AT_call_line, dw.DW_FORM_data1, 12],
              [dw.DW_AT_call_column, dw.DW_FORM_data1, 3],
            ]),
          ],
        ),
      ],
    );
    const sections = sectionsOf([{ root }], { ".debug_line": lines });
    const { frames, from, to, ...bare } = dwarfResolver(sections, ALONE, { inlines: true }).lookup(
      Float64Array.of(0x1000, 0x1700),
    );
    expect(frames).toEqual({
      frameStart: Int32Array.of(0, 2, 2),
      name: ["leaf", "main"],
      enclosing: [[], []],
      file: ["/include/leaf.h", "/work/main.c"],
      line: Int32Array.of(100, 12),
      column: Int32Array.of(4, 3),
      startLine: Int32Array.of(90, 1),
    });
    expect(bare).toEqual({
      bareFile: ["", "/include/leaf.h"],
      bareLine: Int32Array.of(0, 100),
      bareColumn: Int32Array.of(0, 4),
    });
    // As far as the inlined call goes; of what has no function, no farther than asked.
    expect([...from, ...to]).toEqual([0x1000, 0x1700, 0x1080, 0x1701]);
    const outer = dwarfResolver(sections, ALONE, { inlines: false }).resolve(Float64Array.of(0x1000));
    expect([outer.name, outer.file, [...outer.line]]).toEqual([["main"], ["/work/main.c"], [12]]);
  });
});
