import { describe, expect, it } from "vitest";
import { findDamage } from "../../../profile/check-profile.ts";
import { ProfileFormatError } from "../../../profile/format-error.ts";
import { StackTextReader } from "../../../profile/formats/stack-text/reader.ts";
import { expectNoHarm } from "../damage.ts";
import { bytesOf, readIn, sampleLines } from "../read.ts";

/** Damaged texts to read, besides those that were cut off. */
const ROUNDS = 800;

const stap = (text: string) => readIn(new StackTextReader("stap"), bytesOf(text));
const dtrace = (text: string) => readIn(new StackTextReader("dtrace"), bytesOf(text));

/** As `foreach ([name, k, u] in a-) { println(name); print_stack(k); print_ustack(u); printf("%d\n", a[name, k, u]) }` prints. */
const STAP = `mysqld
 0xffffffff8104f45a : native_write_msr+0xa/0x20 [kernel]
 0xffffffffc0456780 : ext4_file_read+0x30/0x90 [ext4] (inexact)
 0x401136 : main+0x16/0x30 [/usr/sbin/mysqld]
 0x7f0c02a1 [/usr/lib/libc.so.6+0x2a1/0x1c0000]
	12

 0x401136 : main+0x16/0x30 [/usr/sbin/mysqld]
3
 0x401136 : main+0x16/0x30 [/usr/sbin/mysqld]
count: 4
`;

describe("stacks of SystemTap", () => {
  it("have kernel and user frames, a count and perhaps a name", () => {
    expect(sampleLines(stap(STAP))).toEqual([
      "comm=mysqld | /usr/lib/libc.so.6!0x7f0c02a1;/usr/sbin/mysqld!main;[ext4]!ext4_file_read;[kernel]!native_write_msr 12",
      " | /usr/sbin/mysqld!main 7",
    ]);
  });

  it.each([
    ["0xffffffff8104f45a : native_write_msr+0xa/0x20 [kernel]", "[kernel]!native_write_msr"],
    ["0xffffffff8104f45a : native_write_msr+0xa [kernel]", "[kernel]!native_write_msr"],
    ["0xffffffff8104f45a", "[kernel]!0x-7efb0ba6"],
    ["0x401136 : 0x401136 [/bin/a+0x1136/0x5000]", "/bin/a!0x401136"],
    ["0x401136 : main at /src/a b.c:12 [/bin/a]", "/bin/a!main /src/a b.c:12"],
    ["main+0x16/0x30 [/bin/a]", "/bin/a!main"],
    [
      "0x401136 : std::map<int, int>::find(int const&)+0x1/0x2 [/bin/a]",
      "/bin/a!std::map<int, int>::find(int const&)",
    ],
  ])("have frames of the form %s", (frame, expected) => {
    expect(sampleLines(stap(` ${frame}\n1\n`))).toEqual([` | ${expected} 1`]);
  });

  it("without a count are counted", () => {
    const profile = stap(` 0x1 : a+0x1/0x2 [b]\nother\n${STAP}`);
    expect(profile.comments[1]).toContain("no count below it: 1 stacks");
  });

  it("are refused when there are none", () => {
    for (const text of ["", "x\n1\n", " 0x1 : a+0x1/0x2 [b]\n"]) {
      expect(() => stap(text)).toThrow(ProfileFormatError);
      expect(() => stap(text)).toThrow("no stack of SystemTap with a count");
    }
  });

  it("take no harm from damage", () => {
    expectNoHarm(
      bytesOf(STAP),
      (bad) => {
        expect(findDamage(readIn(new StackTextReader("stap"), bad))).toBeUndefined();
      },
      ROUNDS,
    );
  });
});

describe("stacks of DTrace", () => {
  it("have modules before a backquote", () => {
    const text =
      "\n              unix`mutex_enter+0x10\n              zfs`zio_wait\n              libc.so.1`__read+0xa\n              a.out`0x4008f0\n              0xdeadbeef\n                5\n";
    expect(sampleLines(dtrace(text))).toEqual([
      " | 0xdeadbeef;a.out!0x4008f0;libc.so.1!__read;zfs!zio_wait;[kernel]!mutex_enter 5",
    ]);
  });
});
