import { describe, expect, test } from "vitest";
import { Context } from "../../../../symbolizer/dwarf/context.ts";
import {
  DW_FORM_line_strp,
  DW_FORM_string,
  DW_FORM_udata,
} from "../../../../symbolizer/dwarf/dwarf-constants.ts";
import { DwarfFile } from "../../../../symbolizer/dwarf/dwarf-file.ts";
import { fileNames } from "../../../../symbolizer/dwarf/file-names.ts";
import { readLineHeader } from "../../../../symbolizer/dwarf/line-header.ts";
import { LineRows, runLineProgram } from "../../../../symbolizer/dwarf/line-program.ts";
import { PLAIN, type Style, sectionsFrom, Writer } from "./dwarf-writer.ts";
import { type LineOptions, type LineProgram, lineTable, oldFiles } from "./line-writer.ts";

interface Run {
  /** "address file:line:column", or "address -" where the table has no row. */
  rows: string[];
  problems: string[];
  name(file: number): string;
}

function run(
  addresses: number[],
  write: (program: LineProgram) => void,
  options: LineOptions & { style?: Style; relocatable?: boolean; strings?: Writer } = {},
): Run {
  const style = options.style ?? PLAIN;
  const table = lineTable(style, write, options);
  const context = new Context();
  context.begin(addresses.length);
  const file = new DwarfFile(
    sectionsFrom(
      { ".debug_line": table, ".debug_line_str": options.strings ?? new Writer(style) },
      { relocatable: options.relocatable ?? false },
    ),
    context,
  );
  const header = readLineHeader(file, 0, style.addressSize);
  const rows = new LineRows(addresses.length);
  const defined: number[] = [];
  context.attempt("the table", undefined, () =>
    runLineProgram(
      file,
      header,
      Float64Array.from(addresses),
      Int32Array.from(addresses.keys()),
      rows,
      defined,
    ),
  );
  return {
    rows: addresses.map((address, i) =>
      rows.file[i] < 0 ? `${address} -` : `${address} ${rows.file[i]}:${rows.line[i]}:${rows.column[i]}`,
    ),
    problems: context.problems(),
    name: (index) => fileNames(file, header, "/work", defined).name(index),
  };
}

describe("line programs", () => {
  test("a row covers its address up to the next row's; the end is exclusive", () => {
    const { rows } = run([99, 100, 103, 104, 109, 110], (program) =>
      program.setAddress(100).copy().special(4, 2).advancePc(6).endSequence(),
    );
    expect(rows).toEqual(["99 -", "100 1:1:0", "103 1:1:0", "104 1:3:0", "109 1:3:0", "110 -"]);
  });

  test("of rows with one address the last counts", () => {
    const { rows } = run([100], (program) =>
      program.setAddress(100).copy().advanceLine(8).copy().advanceLine(-2).copy().advancePc(9).endSequence(),
    );
    expect(rows).toEqual(["100 1:7:0"]);
  });

  test("all standard opcodes", () => {
    const { rows } = run([100, 117, 200, 233], (program) => {
      program.setAddress(100).setFile(3).setColumn(300).advanceLine(1000).copy();
      // DW_LNS_negate_stmt, set_basic_block, const_add_pc (17), set_prologue_end, set_epilogue_begin, set_isa
      program.u8(6, 7, 8, 10, 11, 12).uleb(500);
      program.advanceLine(-1).copy();
      // DW_LNS_fixed_advance_pc
      program.u8(9).u16(83).setFile(200).copy().advancePc(33).copy().advancePc(1).endSequence();
    });
    expect(rows).toEqual(["100 3:1001:300", "117 3:1000:300", "200 200:1000:300", "233 200:1000:300"]);
  });

  test("unknown opcodes are passed over, standard ones by their counts of operands", () => {
    const { rows, problems } = run(
      [100, 101],
      (program) => {
        program.setAddress(100).u8(13).uleb(1).uleb(1000).u8(14);
        program.extended(4, new Writer().uleb(7)).extended(0x80, new Writer().text("vendor"));
        program.u8(0, 0).copy().advancePc(1).copy().advancePc(1).endSequence();
      },
      { opcodeBase: 15, operandCounts: [0, 1, 1, 1, 1, 0, 0, 0, 1, 0, 0, 1, 2, 0] },
    );
    expect(rows).toEqual(["100 1:1:0", "101 1:1:0"]);
    expect(problems).toEqual([]);
  });

  test("an opcode base of 10 makes 10 to 12 special, as DWARF 2 had it", () => {
    const { rows } = run(
      [100, 101],
      (program) =>
        program
          .setAddress(100)
          .u8(10 + 5 + 2)
          .special(1, 1)
          .advancePc(1)
          .endSequence(),
      {
        opcodeBase: 10,
      },
    );
    expect(rows).toEqual(["100 1:3:0", "101 1:4:0"]);
  });

  test("instruction words of several operations (VLIW) advance by whole words", () => {
    const { rows } = run(
      [0x100, 0x110, 0x120, 0x130],
      (program) => {
        program.setAddress(0x100).copy();
        // Three operations a word of 16 bytes: 2 stay in the word, 2 more reach the next.
        program.advancePc(2).advanceLine(1).copy().special(2, 1).advancePc(4).advanceLine(5).copy();
        program.advancePc(6).endSequence();
      },
      { minimumInstructionLength: 16, maximumOperations: 3 },
    );
    expect(rows).toEqual(["256 1:2:0", "272 1:3:0", "288 1:8:0", "304 1:8:0"]);
  });

  test("sequences in any order; dropped ones are not there", () => {
    const write = (dead: number) => (program: LineProgram) =>
      program
        .setAddress(300)
        .advanceLine(29)
        .copy()
        .advancePc(50)
        .endSequence()
        .setAddress(dead)
        .advanceLine(98)
        .copy()
        .advancePc(1000)
        .endSequence()
        .setAddress(100)
        .advanceLine(9)
        .copy()
        .advancePc(50)
        .endSequence();
    for (const dead of [0, -1, -2]) {
      expect(run([120, 200, 320], write(dead)).rows).toEqual(["120 1:10:0", "200 -", "320 1:30:0"]);
    }
    expect(run([120, 200, 320], write(0), { relocatable: true }).rows[1]).toBe("200 1:99:0");
  });

  test("what comes before damage stays", () => {
    const { rows, problems } = run([100, 104], (program) =>
      program.setAddress(100).copy().special(4, 2).special(4, 2).u8(2, 0x80, 0x80),
    );
    expect(rows).toEqual(["100 1:1:0", "104 1:3:0"]);
    expect(problems).toEqual(["has damaged debug information (a value reaches beyond the end in the table)"]);
  });

  test("a line range of 0 is damage, not a division", () => {
    const { problems } = run([100], (program) => program.setAddress(100).u8(200), { lineRange: 0 });
    expect(problems).toEqual(["has damaged debug information (a line range of 0 in the table)"]);
  });
});

describe("source files", () => {
  test("versions 2 to 4: folder 0 is that of compilation", () => {
    const files = oldFiles(
      ["/usr/include", "sub"],
      [
        ["a.c", 0],
        ["stdio.h", 1],
        ["b.c", 2],
        ["/abs.c", 2],
      ],
    );
    for (const version of [2, 3, 4]) {
      const { name } = run(
        [],
        (program) => program.extended(3, new Writer().text("late.c").uleb(1).uleb(0).uleb(0)),
        {
          style: { ...PLAIN, version },
          files,
        },
      );
      expect([0, 1, 2, 3, 4, 5, 6].map(name)).toEqual([
        "",
        "/work/a.c",
        "/usr/include/stdio.h",
        "/work/sub/b.c",
        "/abs.c",
        "/usr/include/late.c",
        "",
      ]);
    }
  });

  test("version 5: entries of any format", () => {
    const strings = new Writer().text("/base").text("lib");
    const { name } = run([], () => {}, {
      style: { ...PLAIN, version: 5 },
      strings,
      files: (writer) => {
        // Folders: DW_LNCT_path as DW_FORM_line_strp.
        writer.u8(1).uleb(1).uleb(DW_FORM_line_strp).uleb(2).offset(0).offset(6);
        // Files: path in the entry, folder, and a content type of a vendor.
        writer
          .u8(3)
          .uleb(1)
          .uleb(DW_FORM_string)
          .uleb(2)
          .uleb(DW_FORM_udata)
          .uleb(0x2001)
          .uleb(DW_FORM_string);
        writer
          .uleb(3)
          .text("a.c")
          .uleb(0)
          .text("source")
          .text("b.c")
          .uleb(1)
          .text("")
          .text("c.c")
          .uleb(9)
          .text("");
      },
    });
    expect([0, 1, 2, 3].map(name)).toEqual(["/base/a.c", "/work/lib/b.c", "/work/c.c", ""]);
  });

  test("a billion entries without bytes are none", () => {
    const { name } = run([], () => {}, {
      style: { ...PLAIN, version: 5 },
      files: (writer) => writer.u8(0).uleb(1e9).u8(0).uleb(1e9),
    });
    expect(name(7)).toBe("");
  });
});
