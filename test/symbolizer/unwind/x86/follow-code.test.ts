import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { compileUnwindTable } from "../../../../symbolizer/unwind/compile-table.ts";
import { Cfa, Ra } from "../../../../symbolizer/unwind/rule.ts";
import { lookUp } from "../../../../symbolizer/unwind/unwind-table.ts";
import { followCode } from "../../../../symbolizer/unwind/x86/follow-code.ts";
import { open, value, workshop } from "../../debug-files/workshop.ts";
import { random } from "../../judges.ts";
import { assembled, PROGRAM, rulesOf } from "./assembled.ts";

const folder = workshop("code");

/** Each label's rule, as the code up to it and behind it tells. */
const tells = (source: string, expected: Record<string, string>) =>
  expect(rulesOf(folder, source)).toMatchObject(expected);

describe("the stack's depth", () => {
  test("is known from a function's first instruction to its return", () => {
    tells("f: nop\npush %rbx\na: sub $0x48, %rsp\nb: call *%rax\nadd $0x48, %rsp\nc: pop %rbx\nd: ret", {
      a: "rsp+16 s",
      b: "rsp+88 s",
      c: "rsp+16 s",
      d: "rsp+8 s",
    });
  });

  test("has each way that it can be changed by a known number", () => {
    tells(
      "f: push $1\na: pushq (%rax)\nb: pushf\nc: lea -32(%rsp), %rsp\nd: popf\npop (%rax)\ne: pop %rcx\ng: lea 24(%rsp), %rsp\nadd $-8, %rsp\nh: add $16, %rsp\nret $8",
      {
        a: "rsp+16 s",
        b: "rsp+24 s",
        c: "rsp+32 s",
        d: "rsp+64 s",
        e: "rsp+48 s",
        g: "rsp+40 s",
        h: "rsp+24 s",
      },
    );
  });

  test("is that of where a jump leads, forwards and backwards, also beyond a return", () => {
    tells("f: push %rbx\na: test %eax, %eax\njz b\npop %rbx\nret\nb: dec %eax\njmp a\nc:", {
      a: "rsp+16 s",
      b: "rsp+16 s",
    });
  });

  test("of a function that leaves by another is that of an entry where it leaves", () => {
    tells("f: sub $24, %rsp\na: call g\nadd $24, %rsp\njmp g\n.p2align 4\ng: ret", {
      a: "rsp+32 s",
      g: "rsp+8 s",
    });
    tells("f: sub $24, %rsp\na: call *%rax\nadd $24, %rsp\njmp *g(%rip)\ng:", { a: "rsp+32 s" });
  });

  test("is not told where the ways to a place contradict each other, nor where a return would be to what was pushed", () => {
    tells("f: test %eax, %eax\njz b\npush %rbx\nb: nop\na: ret", { a: "none", b: "none" });
    tells("f: push %rax\na: ret", { a: "none" });
    tells("f: pop %rax\na: jmp *%rax\ng: pop %rdx\nb: push %rdx\nret", { a: "none", b: "none" });
  });

  test("is not told of code that changes stacks, and that is known to begin nowhere", () => {
    tells("f: push %rbp\nmov %rsp, (%rdi)\nmov (%rsi), %rsp\na: pop %rbp\nret", { f: "none", a: "rsp+16 u" });
    tells("f: sub $8, %rsp\na: jmp *%rax", { f: "none", a: "none" });
    tells("f: mov %rdi, %rsp\na: jmp *%rdx", { a: "none" });
  });

  test("ends with a system call that does not come back", () => {
    for (const number of ["$15, %eax", "$15, %rax", "$60, %eax", "$231, %eax"])
      tells(`f: mov ${number}\nsyscall\na: push %rbx\nb: pop %rbx\nret`, { f: "none", b: "rsp+16 s" });
    tells("f: mov $1, %eax\nsyscall\na: ret", { f: "rsp+8 s", a: "rsp+8 s" });
  });

  test("ends with a call that does not return, where filling tells that", () => {
    tells(
      ".p2align 4\nf: sub $24, %rsp\ntest %eax, %eax\njz b\nadd $24, %rsp\nret\nb: call g\n.p2align 4\nh: mov %eax, %ecx\na: ret\n.p2align 4\ng: ret",
      { b: "rsp+32 s", a: "rsp+8 s" },
    );
  });
});

describe("zeros between functions", () => {
  const NEXT = "g: push %rbx\na: push %r12\nb: pop %r12\npop %rbx\nret";
  const known = { g: "rsp+8 s", a: "rsp+16 s", b: "rsp+24 s" };

  test("are no instructions, so the next function begins where they end, be their number even or odd", () => {
    for (const filling of ["", "nop\n"])
      tells(`f: push %rbx\n${filling}pop %rbx\nret\n.balign 16, 0\n${NEXT}`, known);
    tells(`f: push %rbx\npop %rbx\nret\n.byte 0\n${NEXT}`, known);
  });

  test("end a call that does not return", () => {
    tells(`f: sub $24, %rsp\nc: call *%rax\n.balign 16, 0\n${NEXT}\n.balign 16, 0\nh: call f\nd: ret`, {
      ...known,
      c: "rsp+32 s",
      d: "rsp+8 s",
    });
  });
});

describe("the old stack pointer", () => {
  test("is kept by a frame pointer, over a stack of variable size", () => {
    tells("f: push %rbp\nmov %rsp, %rbp\na: sub %rdi, %rsp\nb: call *%rax\nleave\nc: ret", {
      a: "rsp+16 c-16",
      b: "rbp+16 c-16",
      c: "rsp+8 s",
    });
    tells(
      "f: push %rbp\nmov %rsp, %rbp\npush %rbx\nand $-32, %rsp\na: call *%rax\nlea -8(%rbp), %rsp\nb: pop %rbx\npop %rbp\nret",
      {
        a: "rbp+16 c-16",
        b: "rsp+24 c-16",
      },
    );
  });

  test("is kept by a place on an aligned stack", () => {
    tells(
      "f: push %rbx\nmov %rsp, %rax\nsub $96, %rsp\nand $-64, %rsp\na: mov %rax, 64(%rsp)\nb: push %rdx\nc: call *%rcx\npop %rdx\nmov 64(%rsp), %rsp\nd: pop %rbx\nret",
      { a: "rax+16 s", b: "*(rsp+64)+16 s", c: "*(rsp+72)+16 s", d: "rsp+16 s" },
    );
  });

  test("is kept by a register, until that is written", () => {
    tells("f: mov %rsp, %r11\nand $-64, %rsp\na: movaps %xmm3, (%rsp)\nb: mov %r11, %rsp\nret", {
      a: "r11+8 s",
      b: "r11+8 s",
    });
    for (const written of [
      "call *%rax",
      "mov $1, %r11d",
      "vmovd %xmm1, %r11d",
      "cmovz %rax, %r11",
      "xchg %r11, %rax",
    ])
      tells(`f: mov %rsp, %r11\nand $-64, %rsp\n${written}\na: mov %r11, %rsp\nret`, { a: "none" });
    for (const read of [
      "mov %r11, (%rax)",
      "cmp %r11, %rax",
      "movd %xmm1, (%r11)",
      "vmovd %r11d, %xmm1",
      "test %r11, %r11",
    ])
      tells(`f: mov %rsp, %r11\nand $-64, %rsp\n${read}\na: mov %r11, %rsp\nret`, { a: "r11+8 s" });
  });
});

describe("the caller's frame pointer", () => {
  test("is where it was pushed or moved to, from when it is changed until it is back", () => {
    tells("f: push %rbp\na: mov $1, %ebp\nb: call *%rax\npop %rbp\nc: ret", {
      a: "rsp+16 s",
      b: "rsp+16 c-16",
      c: "rsp+8 s",
    });
    tells(
      "f: sub $40, %rsp\nmov %rbp, 8(%rsp)\nxor %ebp, %ebp\na: call *%rax\nmov 8(%rsp), %rbp\nb: add $40, %rsp\nret",
      {
        a: "rsp+48 c-40",
        b: "rsp+48 s",
      },
    );
  });

  test("is lost where it was changed and is nowhere", () => {
    tells("f: mov $1, %ebp\na: nop\nret", { a: "rsp+8 u" });
    tells("f: push %rbp\nmov $1, %ebp\npop %rax\na: ret", { a: "rsp+8 c-16" });
  });

  test("is known behind a table of addresses, from what the function does before it", () => {
    tells(
      ".p2align 4\nf: push %rbp\npush %rbx\nmov $1, %ebp\ncmp $1, %edi\nja c\njmp *(%rax,%rdi,8)\na: call *%rax\npop %rbx\npop %rbp\nret\nb: call *%rcx\njmp c\nc: pop %rbx\npop %rbp\nret",
      { a: "rsp+24 c-16", b: "rsp+24 c-16", c: "rsp+24 c-16" },
    );
  });
});

describe("in a file", () => {
  const ruleAt = (source: string, label: string, kind?: string[]) => {
    const { file, labels, base } = assembled(folder, source, kind);
    return lookUp(value(compileUnwindTable(open(file))), base + (labels.get(label) ?? Number.NaN));
  };

  test("what handlers return to leads to what the signal interrupted", () => {
    const source =
      "f: push %rbx\npop %rbx\nret\n.p2align 4\nr: mov $15, %rax\ns: syscall\nb: nop\ng: push %rbx\nh: pop %rbx\nret";
    for (const label of ["r", "s", "b"])
      expect(ruleAt(source, label)).toMatchObject({ cfa: Cfa.signal, raOffset: 168 });
    expect(ruleAt(source, "h")).toMatchObject({ cfa: Cfa.stackPointer, cfaOffset: 16 });
  });

  test("a program at fixed addresses begins where it says, which nothing calls; of a library that is any code", () => {
    const source =
      ".globl f\nf: pop %rsi\nand $-16, %rsp\na: call g\nb: ret\n.balign 16, 0\ng: push %rbx\nc: movabs $1, %rax\nmovabs $2, %rbx\npop %rbx\nret";
    for (const label of ["f", "a", "b"])
      expect(ruleAt(source, label, PROGRAM)).toMatchObject({ ra: Ra.undefined });
    expect(ruleAt(source, "c", PROGRAM)).toMatchObject({ cfa: Cfa.stackPointer, cfaOffset: 16 });
    expect(ruleAt(source, "b")).toMatchObject({ ra: Ra.atCfa });
  });

  test("where call frame information is, that counts, and tells how deep the stack is where it is jumped to", () => {
    const source = `known: .cfi_startproc
sub $24, %rsp
.cfi_adjust_cfa_offset 24
within: add $24, %rsp
.cfi_adjust_cfa_offset -24
ret
.cfi_endproc
.p2align 4
f: sub $16, %rsp
a: sub $8, %rsp
jmp within
.p2align 4`;
    expect(ruleAt(source, "within")).toMatchObject({ cfa: Cfa.stackPointer, cfaOffset: 32 });
    expect(ruleAt(source, "a")).toMatchObject({ cfa: Cfa.stackPointer, cfaOffset: 24 });
  });
});

describe("any bytes", () => {
  const check = (code: Uint8Array) => {
    let last = -1;
    followCode(
      code,
      0x1000,
      (address) => (address % 3 === 0 ? 16 : undefined),
      (address, rule) => {
        expect(address).toBeGreaterThan(last);
        expect(address).toBeLessThan(0x1000 + code.length);
        last = address;
        if (rule?.cfa === 1) expect(rule.cfaOffset).toBeGreaterThanOrEqual(8);
      },
    );
  };

  test("have ascending rules, and none of less than a return address", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 400 }), (code) => check(code)),
      { numRuns: 3_000 },
    );
  });

  test("of changed code, too, in a time that goes with their number", () => {
    const { code } = assembled(
      folder,
      ".rept 2000\npush %rbp\nmov %rsp, %rbp\nsub %rdi, %rsp\njz 1f\ncall f\n1: leave\nf: push %rbx\nmov %rsp, %r11\nand $-64, %rsp\nmov %r11, 8(%rsp)\njnz 1b\nmov 8(%rsp), %rsp\npop %rbx\nret\n.endr"
        .replaceAll("f:", "1:")
        .replaceAll("call f", "call 1f"),
    );
    const next = random(7);
    const before = process.cpuUsage();
    for (let round = 0; round < 20; round++) {
      const changed = Uint8Array.from(code);
      for (let change = 0; change < 500; change++)
        changed[Math.floor(next() * changed.length)] = Math.floor(next() * 256);
      followCode(
        changed,
        0,
        () => undefined,
        () => {},
      );
    }
    const { user, system } = process.cpuUsage(before);
    console.log(`20 times ${code.length} bytes of changed code: ${((user + system) / 1000).toFixed(0)} ms`);
    expect((user + system) / 1000).toBeLessThan(20_000);
  });
});
