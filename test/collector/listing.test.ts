import { describe, expect, it } from "vitest";
import { Assembler, FP, imm, R0, R1, R2, R3, R9 } from "../../collector/bpf/assembler.ts";
import { disassemble } from "../../collector/bpf/disassembler.ts";
import { Helper, helperName } from "../../collector/bpf/helpers.ts";
import type { AluName, Condition, Size } from "../../collector/bpf/instruction-set.ts";
import { listPrograms } from "../../collector/bpf/listing.ts";
import { CollectorError } from "../../collector/contract.ts";
import { RECORD_SPEC } from "../setup/record-spec.ts";

const names = { map: (fd: number) => `map${fd}`, helper: helperName };

/** What is assembled, as text again: an instruction a line. */
function text(assemble: (asm: Assembler) => Assembler): string[] {
  const code = assemble(new Assembler()).finish();
  return disassemble(code, names).map((line) => line.text);
}

describe("the BPF disassembler gives back what was assembled", () => {
  it("arithmetic", () => {
    const signs: Record<AluName, string> = {
      add: "+=",
      sub: "-=",
      mul: "*=",
      div: "/=",
      or: "|=",
      and: "&=",
      shl: "<<=",
      shr: ">>=",
      xor: "^=",
      mov: "=",
      arsh: "s>>=",
    };
    for (const [name, sign] of Object.entries(signs) as [AluName, string][]) {
      expect(text((asm) => asm.alu(name, R1, R9).alu(name, R2, imm(-7)))).toEqual([
        `r1 ${sign} r9`,
        `r2 ${sign} -7`,
      ]);
    }
  });

  it("loads and stores of each size", () => {
    for (const size of ["u8", "u16", "u32", "u64"] as Size[]) {
      const all = text((asm) =>
        asm
          .load(size, R1, FP, -8)
          .store(size, FP, -16, R2)
          .storeImmediate(size, R3, 24, -1)
          .load(size, R0, R1),
      );
      expect(all).toEqual([
        `r1 = *(${size} *)(r10 -8)`,
        `*(${size} *)(r10 -16) = r2`,
        `*(${size} *)(r3 +24) = -1`,
        `r0 = *(${size} *)(r1 +0)`,
      ]);
    }
  });

  it("64-bit immediates and maps, which take the place of two", () => {
    const code = new Assembler()
      .loadImmediate64(R1, 0xff51afd7ed558ccdn)
      .loadImmediate64(R2, 1n)
      .loadMap(R1, 7)
      .loadMapValue(R2, 8, 4)
      .exit()
      .finish();
    expect(disassemble(code, names).map(({ index, text }) => `${index}: ${text}`)).toEqual([
      "0: r1 = 0xff51afd7ed558ccd",
      "2: r2 = 0x1",
      "4: r1 = map[map7]",
      "6: r2 = map[map8][0]+4",
      "8: exit",
    ]);
  });

  it("jumps with where they go", () => {
    const signs: Record<Condition, string> = {
      eq: "==",
      gt: ">",
      ge: ">=",
      set: "&",
      ne: "!=",
      signedGt: "s>",
      signedGe: "s>=",
      lt: "<",
      le: "<=",
      signedLt: "s<",
      signedLe: "s<=",
    };
    for (const [name, sign] of Object.entries(signs) as [Condition, string][]) {
      const code = new Assembler()
        .label("again")
        .jumpIf(R1, name, imm(-1), "end")
        .jumpIf(R1, name, R2, "again")
        .jump("again")
        .label("end")
        .exit()
        .finish();
      expect(disassemble(code, names).map(({ text, target }) => [text, target])).toEqual([
        [`if r1 ${sign} 0xffffffff goto pc+2`, 3],
        [`if r1 ${sign} r2 goto pc-2`, 0],
        ["goto pc-3", 0],
        ["exit", undefined],
      ]);
    }
  });

  it("calls by the kernel's names", () => {
    const called = text((asm) => asm.call(Helper.mapLookupElem).call(Helper.getSmpProcessorId).call(1234));
    expect(called).toEqual([
      "call bpf_map_lookup_elem#1",
      "call bpf_get_smp_processor_id#8",
      "call unknown#1234",
    ]);
  });

  it("and refuses what the assembler never writes", () => {
    // An atomic addition, a 32-bit move, a change of byte order, half an instruction.
    for (const opcode of [0xdb, 0xb4, 0xd7]) {
      expect(() => disassemble(new Uint8Array([opcode, 0, 0, 0, 0, 0, 0, 0]), names)).toThrow(
        `0x${opcode.toString(16)} is no BPF instruction`,
      );
    }
    expect(() => disassemble(new Uint8Array(7), names)).toThrow("no whole BPF instructions");
    expect(() => disassemble(new Uint8Array([0x18, 0x01, 0, 0, 0, 0, 0, 0]), names)).toThrow(RangeError);
  });
});

/** Instructions of a listing, without their numbers. */
function instructions(listing: string): string[] {
  return listing.split("\n").flatMap((line) => /^ *\d+: \([0-9a-f]{2}\) (.*)$/.exec(line)?.[1] ?? []);
}

describe("the listing of a recording's programs", () => {
  it("of all tasks: one program, its plan and its maps", () => {
    const listing = listPrograms({ ...RECORD_SPEC, idle: true });
    expect(listing).toMatch(/^; BPF programs of stapflame/);
    expect(listing).toContain("; targets  all tasks, and idle CPUs\n");
    expect(listing).toContain("; clock    each CPU's perf cpu-clock event, every 10101010 ns (99 Hz)\n");
    expect(listing).toContain("up to 127 frames each\n");
    expect(listing).toMatch(/^; {3}sf_counters {2}array +\d+ x 64 bytes +a row of counters for each CPU$/m);
    expect(listing).toMatch(/^; sf_sample: \d+ instructions, run by each CPU's clock, 99 times a second$/m);
    expect(listing).not.toMatch(/sf_fork|sf_free|sf_targets|sf_cgroup/);
    const lines = instructions(listing);
    expect(lines.slice(0, 4)).toEqual([
      "r6 = r1",
      "call bpf_get_smp_processor_id#8",
      "*(u32 *)(r10 -8) = r0",
      "r1 = map[sf_counters]",
    ]);
    expect(lines).toContain("r1 = map[sf_control][0]+0");
    expect(lines.filter((line) => line === "call bpf_get_stack#67")).toHaveLength(2);
    expect(lines.at(-1)).toBe("exit");
  });

  it("of processes: the programs that follow forks, before the one that samples", () => {
    const listing = listPrograms({ ...RECORD_SPEC, targets: { kind: "tasks", pids: [12, 34], tids: [56] } });
    expect(listing).toContain("; targets  process 12, process 34, thread 56, and what is forked by them\n");
    expect(listing).toMatch(/; kernel {3}\S+, offsets of its structures from \/sys\/kernel\/btf\/vmlinux\n/);
    const programs = [...listing.matchAll(/^; (sf_\w+): .*run (.*)$/gm)].map(([, name, when]) => [
      name,
      when,
    ]);
    expect(programs).toEqual([
      ["sf_fork", "at the raw tracepoint sched_process_fork"],
      ["sf_free", "at the raw tracepoint sched_process_free"],
      ["sf_sample", "by each CPU's clock, 99 times a second"],
    ]);
    expect(instructions(listing)).toContain("call bpf_map_delete_elem#3");
  });

  it("of a command that is not there yet, and of a cgroup", () => {
    const launched = listPrograms({
      ...RECORD_SPEC,
      targets: { kind: "tasks", pids: [], tids: [], launched: "/bin/true" },
    });
    expect(launched).toContain("; targets  the command /bin/true, and what is forked by them\n");
    const cgroup = listPrograms({ ...RECORD_SPEC, targets: { kind: "cgroup", path: "/sys/fs/cgroup/x" } });
    expect(cgroup).toContain("; targets  tasks in or below the cgroup /sys/fs/cgroup/x\n");
    expect(instructions(cgroup)).toContain("call bpf_current_task_under_cgroup#37");
    expect(instructions(cgroup)).toContain("r1 = map[sf_cgroup]");
  });

  it("each jump's label stands before the instruction that it goes to", () => {
    const lines = listPrograms({ ...RECORD_SPEC, targets: { kind: "tasks", pids: [1], tids: [2] } }).split(
      "\n",
    );
    let jumps = 0;
    for (const [row, line] of lines.entries()) {
      const jump = /^ *(\d+): .* pc([+-]\d+) <(.+)>$/.exec(line);
      expect(jump !== null, line).toBe(/goto/.test(line));
      if (!jump) continue;
      jumps++;
      const target = Number(jump[1]) + 1 + Number(jump[2]);
      const program = lines.slice(0, row).findLastIndex((other) => other.startsWith("; sf_"));
      const label = lines.indexOf(`${jump[3]}:`, program);
      const after = lines.slice(label).find((other) => /^ *\d+:/.test(other));
      expect(Number(after?.split(":")[0]), line).toBe(target);
    }
    expect(jumps).toBeGreaterThan(60);
  });

  it("is the same each time, and refuses what a recording would refuse", () => {
    expect(listPrograms(RECORD_SPEC)).toBe(listPrograms(RECORD_SPEC));
    expect(() => listPrograms({ ...RECORD_SPEC, kernelMemoryBytes: 10_000 })).toThrow(CollectorError);
  });
});
