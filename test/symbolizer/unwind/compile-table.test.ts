import { describe, expect, test } from "vitest";
import { Cfa, Ra } from "../../../symbolizer/unwind/rule.ts";
import { lookUp } from "../../../symbolizer/unwind/unwind-table.ts";
import { value } from "../debug-files/workshop.ts";
import { cfa, EH_ADDRESS, FrameWriter, op, R10, RBP, RBX, RIP, RSP, word, writeFile } from "./cfi-writer.ts";
import { compiled, picture, rowsOf, tableOf } from "./picture.ts";

const X29 = 29;
const X30 = 30;
const SP = 31;
const ARM64 = 183;
const PLT = [
  ...op.breg(RSP, 8),
  ...op.breg(RIP, 0),
  ...op.literal(15),
  0x1a,
  ...op.literal(11),
  0x2a,
  ...op.literal(3),
  0x24,
  ...op.plus,
];

describe("where coroutines begin", () => {
  const CODE = [0x48, 0x89, 0xdc, 0x48, 0x8b, 0x3c, 0x24, 0x48, 0x85, 0xff, 0x74, 0x08];
  /** Two functions with a gap between them, the second one's code as given; the segment begins with the file. */
  const rowsWith = (code: number[], strings: string) => {
    const written = (start: number) => ({
      sections: [
        { name: ".text", bytes: code },
        { name: ".dynstr", bytes: [...Buffer.from(strings)] },
        new FrameWriter()
          .cie()
          .fde({ start: start - 24, bytes: 16 })
          .fde({ start, bytes: code.length })
          .section(),
      ],
    });
    const start = 0x1000 + Buffer.from(writeFile(written(0x1100))).indexOf(Buffer.from(code));
    return picture(value(compiled(written(start)))).map((row) => {
      const [address, ...words] = row.split(" ");
      return [Number.parseInt(address, 16) - start, ...words].join(" ");
    });
  };

  test("nothing is outside, and the byte before belongs to it", () => {
    expect(rowsWith(CODE, "\0setcontext\0makecontext\0")).toEqual([
      "-24 rsp+8 same c-8",
      "-8 none",
      "-1 rsp+8 same u",
      "12 none",
    ]);
  });

  test("other code, or a file without makecontext, is as its call frame information says", () => {
    const plain = ["-24 rsp+8 same c-8", "-8 none", "0 rsp+8 same c-8", "12 none"];
    expect(rowsWith(CODE, "\0setcontext\0")).toEqual(plain);
    expect(rowsWith([0x55, ...CODE.slice(1)], "\0makecontext\0")).toEqual(plain);
  });
});

describe("instructions", () => {
  test("advance in all their lengths", () => {
    const before = [
      ...cfa.advance(1),
      ...cfa.defineOffset(16),
      ...cfa.advance1(2),
      ...cfa.defineOffset(24),
      ...cfa.advance2(3),
      ...cfa.defineOffset(32),
      ...cfa.advance4(4),
      ...cfa.defineOffset(40),
      ...cfa.advance8(5),
      ...cfa.defineOffset(48),
    ];
    // Behind the CIE, the header of the FDE, and the instruction's own byte.
    const place = (instructions: number[]) =>
      EH_ADDRESS + new FrameWriter().cie().bytes().length + 17 + instructions.length + 1;
    const onwards = [...before, ...cfa.setLocation(word(0x1020 - place(before))), ...cfa.defineOffset(56)];
    expect(rowsOf(onwards)).toEqual([
      "1000 rsp+8 same c-8",
      "1001 rsp+16 same c-8",
      "1003 rsp+24 same c-8",
      "1006 rsp+32 same c-8",
      "100a rsp+40 same c-8",
      "100f rsp+48 same c-8",
      "1020 rsp+56 same c-8",
    ]);
    const first = cfa.advance(8);
    const backwards = [...first, ...cfa.setLocation(word(0x1004 - place(first)))];
    expect(rowsOf(backwards)).toEqual(["1000 rsp+8 same c-8", "1008 inexpressible"]);
  });

  test("advance by the CIE's unit", () => {
    const rows = rowsOf([...cfa.advance(3), ...cfa.defineOffset(16)], { codeAlign: 4 });
    expect(rows).toEqual(["1000 rsp+8 same c-8", "100c rsp+16 same c-8"]);
  });

  test("an advance by nothing makes no row; the last word at a place holds", () => {
    const rows = rowsOf([...cfa.defineOffset(16), ...cfa.advance(0), ...cfa.defineOffset(24)]);
    expect(rows).toEqual(["1000 rsp+24 same c-8"]);
  });

  test.each([
    ["offset", cfa.offset(RBP, 2), "c-16"],
    ["offset_extended", cfa.offsetExtended(RBP, 3), "c-24"],
    ["offset_extended_sf", cfa.offsetExtendedSf(RBP, -3), "c+24"],
    ["GNU_negative_offset_extended", cfa.negativeOffset(RBP, 3), "c+24"],
    ["val_offset", cfa.valueOffset(RBP, 2), "v-16"],
    ["val_offset_sf", cfa.valueOffsetSf(RBP, -2), "v+16"],
    ["undefined", cfa.undefined(RBP), "lost"],
    ["same_value", [...cfa.offset(RBP, 2), ...cfa.same(RBP)], "same"],
    ["register", cfa.register(RBP, RBX), "lost"],
    ["register: itself", cfa.register(RBP, RBP), "same"],
    ["restore", [...cfa.offset(RBP, 2), ...cfa.restore(RBP)], "same"],
    ["restore_extended", [...cfa.offset(RBP, 2), ...cfa.restoreExtended(RBP)], "same"],
    ["of others", [...cfa.offset(RBX, 2), ...cfa.undefined(12), ...cfa.register(13, 14)], "same"],
    ["GNU_args_size", cfa.argumentsSize(300), "same"],
    ["nop", cfa.nop, "same"],
    ["expression at rbp", cfa.expression(RBP, op.breg(RBP, 0)), "*(rbp+0)"],
    ["expression at rsp", cfa.expression(RBP, op.breg(RSP, 0)), "c-8"],
    ["expression at the CFA", cfa.expression(RBP, [...op.literal(16), ...op.minus]), "c-16"],
    ["expression by bregx", cfa.expression(RBP, op.bregx(RBP, -16)), "*(rbp-16)"],
    ["expression elsewhere", cfa.expression(RBP, op.breg(RBX, 8)), "lost"],
    ["val_expression of a slot", cfa.valueExpression(RBP, [...op.breg(RBP, 24), ...op.deref]), "*(rbp+24)"],
    ["val_expression: itself", cfa.valueExpression(RBP, op.breg(RBP, 0)), "same"],
    ["val_expression of the stack", cfa.valueExpression(RBP, op.breg(RSP, 24)), "v+16"],
    ["val_expression of a sum", cfa.valueExpression(RBP, op.breg(RBP, 8)), "lost"],
    ["offset out of range", cfa.offset(RBP, 5000), "lost"],
  ])("frame pointer: %s", (_, instructions, fp) => {
    expect(rowsOf(instructions)).toEqual([`1000 rsp+8 ${fp} c-8`]);
  });

  test.each([
    ["def_cfa", cfa.define(RBP, 16), "rbp+16"],
    ["def_cfa_sf", cfa.defineSf(RBP, -2), "rbp+16"],
    ["def_cfa_register", cfa.defineRegister(RBP), "rbp+8"],
    ["def_cfa_offset_sf", cfa.defineOffsetSf(-4), "rsp+32"],
    ["another register", cfa.define(R10, 0), "r10+0"],
    ["expression of a sum", cfa.defineExpression(op.breg(RSP, 40)), "rsp+40"],
    ["PLT", cfa.defineExpression(PLT), "plt 11"],
    ["slot at rsp", cfa.defineExpression([...op.breg(RSP, 40), ...op.deref]), "*(rsp+40)+0"],
    ["slot at rbp", cfa.defineExpression([...op.breg(RBP, -8), ...op.deref]), "*(rbp-8)+0"],
    [
      "slot and a sum",
      cfa.defineExpression([...op.breg(RSP, -8), ...op.deref, ...op.plusConstant(8)]),
      "*(rsp-8)+8",
    ],
    [
      "slot and a difference",
      cfa.defineExpression([...op.breg(RBP, -8), ...op.deref, ...op.constant1s(-8), ...op.minus]),
      "*(rbp-8)+8",
    ],
    [
      "a literal first",
      cfa.defineExpression([...op.literal(8), ...op.breg(RBP, -8), ...op.deref, ...op.plus]),
      "*(rbp-8)+8",
    ],
    ["a register after an expression", [...cfa.defineExpression(PLT), ...cfa.define(RSP, 24)], "rsp+24"],
  ])("CFA: %s", (_, instructions, words) => {
    expect(rowsOf(instructions)).toEqual([`1000 ${words} same c-8`]);
  });

  test("a return address in a register is one in the leaf; elsewhere the rule is inexpressible", () => {
    const instructions = [
      ...cfa.register(RIP, 5),
      ...cfa.defineOffset(0),
      ...cfa.advance(8),
      ...cfa.defineOffset(8),
    ];
    expect(rowsOf(instructions)).toEqual(["1000 rsp+0 same r5", "1008 rsp+8 same r5"]);
    const table = tableOf(new FrameWriter().cie().fde({ start: 0x1000, bytes: 64, instructions }));
    expect(lookUp(table, 0x1000)).toMatchObject({ cfa: Cfa.inexpressible, ra: Ra.register, register: 5 });
    expect(table.stats.inexpressible).toEqual({});
  });

  test("remember and restore the CFA, too, one state inside another", () => {
    expect(
      rowsOf([
        ...cfa.remember,
        ...cfa.define(RBP, 16),
        ...cfa.remember,
        ...cfa.offset(RBP, 2),
        ...cfa.undefined(RIP),
        ...cfa.advance(1),
        ...cfa.restoreState,
        ...cfa.advance(1),
        ...cfa.restoreState,
      ]),
    ).toEqual(["1000 rbp+16 c-16 u", "1001 rbp+16 same c-8", "1002 rsp+8 same c-8"]);
  });

  test("restore means what the CIE says, also of the return address", () => {
    const initial = [...cfa.define(RSP, 8), ...cfa.offset(RIP, 1), ...cfa.offset(RBP, 4)];
    expect(
      rowsOf(
        [
          ...cfa.offset(RBP, 2),
          ...cfa.undefined(RIP),
          ...cfa.advance(1),
          ...cfa.restore(RBP),
          ...cfa.restore(RIP),
        ],
        {
          instructions: initial,
        },
      ),
    ).toEqual(["1000 rsp+8 c-16 u", "1001 rsp+8 c-32 c-8"]);
  });
});

describe("signal frames", () => {
  // glibc, sysdeps/unix/sysv/linux/x86_64/libc_sigaction.c
  const place = (offset: number) => op.breg(RSP, offset);
  const restorer = [
    ...cfa.defineExpression([...place(160), ...op.deref]),
    ...cfa.expression(RBP, place(120)),
    ...cfa.expression(RSP, place(160)),
    ...cfa.expression(RIP, place(168)),
  ];
  const signal = { augmentation: "zRS", augmentationData: [0x1b] };

  test("of glibc", () => {
    // Up to the byte behind its system call.
    expect(rowsOf(restorer, signal)).toEqual(["1000 signal *(rsp+160) *(rsp+120) *(rsp+168)", "1041 none"]);
  });

  test("of another shape, or not marked as one, cannot be expressed", () => {
    expect(rowsOf([], signal)).toEqual(["1000 inexpressible", "1041 none"]);
    expect(rowsOf(restorer)).toEqual(["1000 inexpressible"]);
    expect(rowsOf(cfa.undefined(RIP), signal)).toEqual(["1000 rsp+8 same u", "1041 none"]);
  });
});

describe("what cannot be expressed is counted by its reason", () => {
  const huge = [0x0e, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f];
  test.each([
    ["cfa-expression", cfa.defineExpression([...op.breg(RSP, 8), ...op.literal(8), ...op.multiply])],
    ["cfa-expression", cfa.defineExpression([...op.breg(R10, 8), ...op.deref])],
    ["cfa-expression", cfa.defineExpression([])],
    ["cfa-expression", cfa.defineExpression([...Array(40).fill(0x96), ...op.breg(RSP, 8)])],
    ["range", huge],
    ["range", cfa.define(300, 8)],
    ["range", cfa.offset(RIP, 5000)],
    ["return-address", [...cfa.register(RIP, 5), ...cfa.define(RBP, 16)]],
    ["return-address", cfa.register(RIP, 300)],
    ["return-address", cfa.same(RIP)],
    ["return-address", cfa.valueOffset(RIP, 1)],
    ["return-address", cfa.expression(RIP, op.breg(RBX, 0))],
    ["stack-pointer", cfa.register(RSP, 8)],
    ["stack-pointer", cfa.offset(RSP, 2)],
    ["instruction", [0x3f]],
    ["instruction", cfa.windowSave],
    ["damaged", [0x0e]],
    ["damaged", cfa.restoreState],
    ["damaged", [0x0f, 100, 1]],
  ])("%s %j", (reason, instructions) => {
    const writer = new FrameWriter().cie().fde({ start: 0x1000, bytes: 64, instructions });
    const table = tableOf(writer);
    expect(picture(table)).toEqual(["1000 inexpressible", "1040 none"]);
    expect(table.stats.inexpressible).toEqual({ [reason]: 1 });
    expect(table.stats.rows).toBe(1);
  });

  test("nothing that defines the CFA", () => {
    expect(rowsOf([], { instructions: cfa.offset(RIP, 1) })).toEqual(["1000 inexpressible"]);
  });

  test("the caller's stack pointer may be told as the CFA", () => {
    expect(rowsOf(cfa.valueOffset(RSP, 0))).toEqual(["1000 rsp+8 same c-8"]);
    expect(rowsOf(cfa.valueExpression(RSP, op.breg(RSP, 8)))).toEqual(["1000 rsp+8 same c-8"]);
  });

  test("after damage the rows before it still hold", () => {
    const instructions = [
      ...cfa.advance(4),
      ...cfa.defineOffset(16),
      ...cfa.advance(4),
      0x3f,
      ...cfa.define(RBP, 16),
    ];
    expect(rowsOf(instructions)).toEqual([
      "1000 rsp+8 same c-8",
      "1004 rsp+16 same c-8",
      "1008 inexpressible",
    ]);
  });

  test("reasons for a lost frame pointer", () => {
    const writer = new FrameWriter().cie();
    const ways = [
      cfa.undefined(RBP),
      cfa.register(RBP, RBX),
      cfa.expression(RBP, op.breg(RBX, 8)),
      cfa.offset(RBP, 5000),
    ];
    ways.forEach((instructions, i) => {
      writer.fde({ start: 0x1000 + 64 * i, bytes: 64, instructions });
    });
    const { stats } = tableOf(writer);
    expect(stats.lostFramePointer).toEqual({ undefined: 1, register: 1, expression: 1, range: 1 });
    expect(stats.inexpressible).toEqual({});
  });

  test("more rules than indexes: the first 65,533 hold, the rest is counted", () => {
    const instructions: number[] = [];
    for (let i = 0; i < 66_000; i++) instructions.push(...cfa.defineOffset(16 + 8 * i), ...cfa.advance(1));
    const writer = new FrameWriter().cie().fde({ start: 0x1000, bytes: 66_000, instructions });
    const table = value(
      compiled({ segments: [{ address: 0x1000, bytes: 1 << 20 }], sections: [writer.section()] }),
    );
    // Two rules are there from the beginning: none and inexpressible.
    expect(table.stats.inexpressible).toEqual({ "too-many-rules": 66_000 - 65_533 });
    expect(lookUp(table, 0x1000 + 65_532)).toMatchObject({
      cfa: Cfa.stackPointer,
      cfaOffset: 16 + 8 * 65_532,
    });
    expect(lookUp(table, 0x1000 + 65_533).cfa).toBe(Cfa.inexpressible);
  });
});

describe("arm64", () => {
  const rows = (instructions: number[], cie = {}) =>
    rowsOf(
      instructions,
      { codeAlign: 4, returnAddress: X30, instructions: cfa.define(SP, 0), ...cie },
      ARM64,
    );

  test("a leaf has its return address in the link register; signing it moves nothing", () => {
    expect(
      rows([
        ...cfa.windowSave,
        ...cfa.advance(1),
        ...cfa.defineOffset(32),
        ...cfa.offset(X29, 4),
        ...cfa.offset(X30, 3),
        ...cfa.advance(1),
        ...cfa.define(X29, 32),
        ...cfa.advance(1),
        ...cfa.define(SP, 0),
        ...cfa.restore(X29),
        ...cfa.restore(X30),
        0x2c,
      ]),
    ).toEqual([
      "1000 sp+0 same link",
      "1004 sp+32 c-32 c-24",
      "1008 x29+32 c-32 c-24",
      "100c sp+0 same link",
    ]);
  });

  test("B keys and memory tags in the augmentation", () => {
    const cie = { augmentation: "zRBG", augmentationData: [0x1b] };
    expect(rows([], cie)).toEqual(["1000 sp+0 same link"]);
  });

  test("ends, other columns, other registers", () => {
    expect(rows(cfa.undefined(X30))).toEqual(["1000 sp+0 same u"]);
    expect(rows([], { returnAddress: 32 })).toEqual(["1000 inexpressible"]);
    expect(rows(cfa.register(X30, 9))).toEqual(["1000 sp+0 same r9"]);
    expect(rows([...cfa.windowSave, ...cfa.register(X30, X30)])).toEqual(["1000 sp+0 same link"]);
    expect(rows(cfa.define(9, 0))).toEqual(["1000 x9+0 same link"]);
    expect(rows(cfa.defineExpression(PLT))).toEqual(["1000 inexpressible"]);
  });
});

describe("headers", () => {
  const ROWS = ["1000 rsp+8 same c-8", "1040 none"];

  test.each([1, 3, 4])(".debug_frame version %i", (version) => {
    const writer = new FrameWriter("debug").cie({ version }).fde({ start: 0x1000, bytes: 64 });
    expect(picture(tableOf(writer))).toEqual(ROWS);
  });

  test(".debug_frame in the 64-bit format", () => {
    const writer = new FrameWriter("debug");
    const long = (content: number[]) => writer.append([...word(-1), ...word(content.length, 8), ...content]);
    long([...word(-1, 8), 3, 0, 1, 0x78, RIP, ...cfa.define(RSP, 8), ...cfa.offset(RIP, 1)]);
    long([...word(0, 8), ...word(0x1000, 8), ...word(64, 8)]);
    expect(picture(tableOf(writer))).toEqual(ROWS);
  });

  test("the CIE may come behind its FDEs", () => {
    const writer = new FrameWriter("debug");
    writer.raw([...word(24), ...word(0x1000, 8), ...word(64, 8)]).cie({ version: 3 });
    expect(picture(tableOf(writer))).toEqual(ROWS);
  });

  test("personality, exception table, and the exception table of GCC 2", () => {
    const data = [0x9b, ...word(0x1234), 0x1b, 0x1b];
    const writer = new FrameWriter().cie({ augmentation: "zPLR", augmentationData: data });
    const place = writer.bytes().length + 4;
    const start = 0x1000 - (EH_ADDRESS + place + 4);
    writer.raw([...word(place), ...word(start), ...word(64), 4, ...word(77), ...cfa.defineOffset(16)]);
    expect(picture(tableOf(writer))).toEqual(["1000 rsp+16 same c-8", "1040 none"]);
    const old = new FrameWriter("debug").cie({ augmentation: "eh", augmentationData: word(0x1234, 8) });
    expect(picture(tableOf(old.fde({ start: 0x1000, bytes: 64 })))).toEqual(ROWS);
  });

  test.each([
    ["absolute, 8 bytes", 0x00, [...word(0x1000, 8), ...word(64, 8)]],
    ["absolute, 4 bytes", 0x03, [...word(0x1000), ...word(64)]],
    ["absolute, 2 bytes", 0x02, [...word(0x1000, 2), ...word(64, 2)]],
    ["absolute, LEB128", 0x01, [0x80, 0x20, 64]],
    ["absolute, signed LEB128", 0x09, [0x80, 0x20, 0xc0, 0]],
    ["relative, 8 bytes", 0x1c, [...word(0x1000 - (EH_ADDRESS + PLACE()), 8), ...word(64, 8)]],
    ["relative, 2 bytes, too near", 0x1a, undefined],
    ["to the text", 0x2b, [...word(0x10), ...word(64)]],
    ["to the data", 0x3b, [...word(0x1000 - 0x90000), ...word(64)]],
    ["indirect", 0x9b, undefined],
    ["of no known kind", 0x05, undefined],
    ["omitted", 0xff, undefined],
  ])("addresses %s", (_, encoding, header) => {
    const writer = new FrameWriter().cie({ augmentationData: [encoding] });
    const place = writer.bytes().length + 4;
    writer.raw([...word(place), ...(header ?? [...word(0), ...word(0), ...word(0)]), 0]);
    const answer = value(
      compiled({
        sections: [
          writer.section(),
          { name: ".text", bytes: [0], address: 0xff0 },
          { name: ".got", bytes: [0], address: 0x90000 },
        ],
      }),
    );
    expect(picture(answer)).toEqual(header === undefined ? [] : ROWS);
    if (header === undefined) expect(Object.values(answer.stats.leftOut)).toEqual([1]);
  });

  test("versions and augmentations that are not known leave their FDEs out", () => {
    const writer = new FrameWriter()
      .cie({ version: 2 })
      .fde({ start: 0x1000, bytes: 64 })
      .cie({ augmentation: "zRX", augmentationData: [0x1b, 0] })
      .fde({ start: 0x1100, bytes: 64 })
      .cie({ augmentation: "armcc" })
      .fde({ start: 0x1200, bytes: 64 })
      .cie()
      .fde({ start: 0x1300, bytes: 64 });
    const table = tableOf(writer);
    expect(picture(table)).toEqual(["1300 rsp+8 same c-8", "1340 none"]);
    expect(table.stats.leftOut).toEqual({ unknown: 3 });
  });

  test("other machines, and files without information, are refused with a sentence", () => {
    const sections = [new FrameWriter().cie().section()];
    expect(compiled({ sections, machine: 40 }).missing).toBe(
      "is for a machine that no unwind tables are made for",
    );
    expect(compiled({ sections: [] })).toEqual({ missing: "has no call frame information", absent: true });
  });
});

/** Where the address of an FDE lies that follows a usual CIE. */
function PLACE(): number {
  return new FrameWriter().cie().bytes().length + 8;
}

describe("ranges of functions", () => {
  const frames = (offset: number) => cfa.defineOffset(offset);

  test("in order of address whatever their order in the section, gaps between them", () => {
    const writer = new FrameWriter()
      .cie()
      .fde({ start: 0x2000, bytes: 16, instructions: frames(16) })
      .fde({ start: 0x1000, bytes: 16, instructions: frames(24) })
      .fde({ start: 0x1010, bytes: 16, instructions: frames(32) });
    expect(picture(tableOf(writer))).toEqual([
      "1000 rsp+24 same c-8",
      "1010 rsp+32 same c-8",
      "1020 none",
      "2000 rsp+16 same c-8",
      "2010 none",
    ]);
  });

  test("equal neighbours are one row", () => {
    const writer = new FrameWriter().cie();
    for (let i = 0; i < 4; i++) writer.fde({ start: 0x1000 + 16 * i, bytes: 16 });
    const table = tableOf(writer);
    expect(picture(table)).toEqual(["1000 rsp+8 same c-8", "1040 none"]);
    expect(table.stats.rows).toBe(4);
  });

  test("empty, discarded, outside of the program: left out, and counted", () => {
    const writer = new FrameWriter("debug")
      .cie()
      .fde({ start: 0x1000, bytes: 0 })
      .fde({ start: 0, bytes: 64 })
      .fde({ start: 0x40000, bytes: 64 })
      .fde({ start: -1, bytes: 64 })
      .fde({ start: 0x1000, bytes: 64 });
    const table = tableOf(writer);
    expect(picture(table)).toEqual(["1000 rsp+8 same c-8", "1040 none"]);
    expect(table.stats.leftOut).toEqual({ empty: 1, discarded: 1, outside: 2 });
    const relative = new FrameWriter().cie();
    relative.raw([...word(relative.bytes().length + 4), ...word(0), ...word(64), 0]);
    expect(tableOf(relative).stats.leftOut).toEqual({ discarded: 1 });
  });

  test("what reaches over the border of a segment is cut there", () => {
    const writer = new FrameWriter()
      .cie()
      .fde({ start: 0x1000, bytes: 0x2000, instructions: [...cfa.advance2(0x800), ...frames(16)] });
    const segments = [{ address: 0x1400, bytes: 0x1000 }];
    const table = value(compiled({ sections: [writer.section()], segments }));
    expect(picture(table)).toEqual(["1400 rsp+8 same c-8", "1800 rsp+16 same c-8", "2400 none"]);
  });

  test("one inside another ends it; of two at one place the first counts", () => {
    const writer = new FrameWriter()
      .cie()
      .fde({ start: 0x1000, bytes: 64, instructions: frames(16) })
      .fde({ start: 0x1010, bytes: 16, instructions: frames(24) })
      .fde({ start: 0x1010, bytes: 8, instructions: frames(32) });
    const table = tableOf(writer);
    expect(picture(table)).toEqual(["1000 rsp+16 same c-8", "1010 rsp+24 same c-8", "1020 none"]);
    expect(table.stats).toMatchObject({ cut: 1, fdes: 2, leftOut: { overlapping: 1 } });
  });

  test(".debug_frame counts where .eh_frame has nothing", () => {
    const eh = new FrameWriter().cie().fde({ start: 0x1010, bytes: 16, instructions: frames(16) });
    const debug = new FrameWriter("debug")
      .cie()
      .fde({ start: 0x1000, bytes: 16, instructions: frames(24) })
      .fde({ start: 0x1010, bytes: 16, instructions: frames(32) })
      .fde({ start: 0x1018, bytes: 16, instructions: frames(40) })
      .fde({ start: 0x1030, bytes: 16, instructions: frames(48) });
    const table = tableOf(eh, debug);
    expect(picture(table)).toEqual([
      "1000 rsp+24 same c-8",
      "1010 rsp+16 same c-8",
      "1020 none",
      "1030 rsp+48 same c-8",
      "1040 none",
    ]);
    expect(table.stats.sections).toEqual([".eh_frame", ".debug_frame"]);
    expect(table.stats.leftOut).toEqual({ overlapping: 2 });
  });

  test("an end mark inside the section, and one that ends inside an entry", () => {
    const writer = new FrameWriter()
      .cie()
      .append(word(0))
      .fde({ start: 0x1000, bytes: 64 })
      .append([...word(100), 1, 2]);
    const table = tableOf(writer);
    expect(picture(table)).toEqual(["1000 rsp+8 same c-8", "1040 none"]);
    expect(table.stats.leftOut).toEqual({ damaged: 1 });
  });

  test("an FDE whose CIE is no entry is damaged", () => {
    const writer = new FrameWriter().cie();
    writer.raw([...word(12), ...word(0), ...word(64), 0]);
    expect(tableOf(writer).stats.leftOut).toEqual({ damaged: 1 });
  });
});
