import { expect, test } from "vitest";
import { isPlaceName, placeName } from "../../profile/frame-name.ts";

test("what has no name is told by its place in its file, and known again by that", () => {
  expect(placeName("/usr/lib/libc.so.6", 0x1234)).toBe("libc.so.6+0x1234");
  for (const offset of [0, 0xff, 2 ** 40])
    expect(isPlaceName(placeName("/bin/a+b", offset), "/bin/a+b")).toBe(true);
  for (const name of [
    "libc.so.6",
    "libc.so.6+0x",
    "libc.so.6+0x12g",
    "libc.so.6+12",
    "libm.so.6+0x12",
    "main",
    "",
  ]) {
    expect([name, isPlaceName(name, "/usr/lib/libc.so.6")]).toEqual([name, false]);
  }
});
