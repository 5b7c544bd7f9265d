import { execFileSync } from "node:child_process";
import { describe, expect, test, vi } from "vitest";
import { segmentOf } from "../../../../symbolizer/unwind/executable-segments.ts";
import { Instruction } from "../../../../symbolizer/unwind/x86/instruction.ts";
import { library, workshop } from "../../debug-files/workshop.ts";
import { assembled, codeOf } from "./assembled.ts";

const folder = workshop("code");

/** How long instructions are: judged by objdump, in what is installed and in code that was written to have every form. */
vi.setConfig({ testTimeout: 120_000 });

/** Address, end and text of each instruction, as objdump has them, but for those at whose end it leaves something out. */
function disassembled(file: string): { address: number; end: number; text: string }[] {
  const args = ["-d", "-w", "--no-show-raw-insn", file];
  const lines = execFileSync("objdump", args, { maxBuffer: 2 ** 30 })
    .toString("latin1")
    .split("\n");
  const parsed = lines.map((line) => /^ *([0-9a-f]+):\t(.*)/.exec(line));
  return parsed.flatMap((line, index) => {
    const next = parsed[index + 1];
    if (!line || !next) return [];
    return [{ address: Number.parseInt(line[1], 16), end: Number.parseInt(next[1], 16), text: line[2] }];
  });
}

/** objdump tells prefixes that mean nothing, and what is no instruction, in lines of their own. */
const NO_INSTRUCTION = /\(bad\)|^\.byte|^(rex\S*|data16|repz|repnz|lock|[c-g]s|addr32)? *$/;

/** An instruction of its own, which objdump tells as a part of the next. */
const WAIT = 0x9b;

function compare(file: string): number {
  const { segments, bytesOf } = codeOf(file);
  const blocks = new Map(segments.map((segment) => [segment, bytesOf(segment)]));
  const lines = disassembled(file);
  const instruction = new Instruction();
  const wrong: string[] = [];
  let compared = 0;
  for (const { address, end, text } of lines) {
    const segment = segmentOf(segments, address);
    if (segment === undefined || NO_INSTRUCTION.test(text)) continue;
    const code = blocks.get(segment) ?? new Uint8Array();
    const at = address - segment.address;
    if (code[at] === WAIT) continue;
    compared++;
    if (instruction.read(code, at) && instruction.length === end - address) continue;
    const bytes = Buffer.from(code.subarray(at, at + end - address)).toString("hex");
    wrong.push(`${address.toString(16)} ${text} ${bytes}: ${instruction.length}`);
  }
  console.log(`${file}: ${compared} instructions, ${wrong.length} of another length than objdump tells`);
  expect(wrong).toEqual([]);
  return compared;
}

describe("instructions are as long as objdump says", () => {
  test.each(["libc.so.6", "libm.so.6", "libstdc++.so.6"])("in %s", (name) => {
    expect(compare(library(name))).toBeGreaterThan(100_000);
  });

  test("in every form of prefixes, operands and numbers", () => {
    const operands = ["%rax", "(%rax)", "(%rsp)", "8(%rbp)", "0x1000(%r13,%r12,4)", "0(,%rbx,8)", "x(%rip)"];
    const lines = [
      ...operands.flatMap((operand) => [
        ...["add", "mov", "imul", "cmp"].map((name) => `${name} ${operand}, %r9`),
        `addq $1, ${operand}`,
        `addq $0x12345, ${operand}`,
        `testb $1, ${operand.replace("%rax", "%al").replace("(%al)", "(%rax)")}`,
        `testq $0x12345, ${operand}`,
        `notq ${operand}`,
        `shld $3, %r9, ${operand}`,
        `crc32q ${operand}, %r9`,
      ]),
      ...[
        "mov $0x1234, %ax",
        "mov $0x12345678, %eax",
        "mov $0x123456789abcdef0, %rax",
        "movabs 0x123456789abcdef0, %al",
      ],
      ...[
        "add $0x1234, %ax",
        "test $0x1234, %ax",
        "push $0x12345",
        "push $1",
        "enter $16, $1",
        "ret $8",
        "int $0x80",
      ],
      ...[
        "lock addl $1, (%rax)",
        "rep movsb",
        "fs mov 0, %rax",
        "addr32 mov (%eax), %eax",
        "bnd jmp x",
        "notrack jmp *%rax",
      ],
      ...[
        "pcmpestri $3, %xmm1, %xmm2",
        "pshufb (%rax), %xmm1",
        "palignr $3, %xmm1, %xmm9",
        "extrq $1, $2, %xmm1",
        "insertq $1, $2, %xmm1, %xmm2",
      ],
      ...[
        "vzeroupper",
        "vaddps %ymm1, %ymm2, %ymm9",
        "vaddps 8(%r9), %ymm2, %ymm9",
        "vpsrld $3, %xmm1, %xmm2",
      ],
      ...[
        "vpalignr $3, (%rax), %ymm1, %ymm2",
        "vinsertf128 $1, %xmm1, %ymm2, %ymm3",
        "andn %rax, %rbx, %rcx",
      ],
      ...[
        "rorx $3, %rax, %rbx",
        "vfmadd231pd (%rax,%rbx,4), %ymm1, %ymm2",
        "vgatherdps %xmm1, (%rax,%xmm2,4), %xmm3",
      ],
      ...[
        "vaddps 0x40(%rax), %zmm17, %zmm30{%k1}{z}",
        "vpternlogd $3, %zmm1, %zmm2, %zmm3",
        "vaddph %zmm1, %zmm2, %zmm3",
      ],
      ...[
        "vcmpps $3, %zmm1, %zmm2, %k3",
        "kmovq %k1, %rax",
        "kshiftlw $3, %k1, %k2",
        "vpshrdd $3, %xmm1, %xmm2, %xmm3",
      ],
      ...[
        "vprotd $3, %xmm1, %xmm2",
        "vfrczps %xmm1, %xmm2",
        "bextr $0x12345, %eax, %ebx",
        "vpcmov %xmm1, %xmm2, %xmm3, %xmm4",
      ],
      ...[
        "pfadd %mm1, %mm2",
        "movbe (%rax), %rbx",
        "nopw %cs:0x12345(%rax,%rax,1)",
        "endbr64",
        "xabort $3",
        "ud1 (%rax), %eax",
      ],
    ];
    expect(compare(assembled(folder, `.globl x\nx:\n${lines.join("\n")}\nret\n`).file)).toBeGreaterThan(
      0.9 * lines.length,
    );
  });
});

test("what ends inside an instruction, and what is none, is not read", () => {
  const instruction = new Instruction();
  const whole = Uint8Array.of(0x48, 0x81, 0x84, 0x24, 1, 2, 3, 4, 5, 6, 7, 8);
  expect(instruction.read(whole, 0)).toBe(true);
  expect(instruction.length).toBe(whole.length);
  for (let length = 0; length < whole.length; length++)
    expect(instruction.read(whole.subarray(0, length), 0)).toBe(false);
  for (const none of [[0x06], [0x0f, 0x04], [0xd6], [0x62, 0xf4, 0, 0, 0, 0], Array(16).fill(0x66)])
    expect(instruction.read(Uint8Array.from(none), 0)).toBe(false);
});
