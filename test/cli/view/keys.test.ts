import { describe, expect, it } from "vitest";
import { KeyDecoder } from "../../../cli/view/terminal/keys.ts";

const all = (text: string) => {
  const decoder = new KeyDecoder();
  return [...decoder.push(text), ...decoder.flush()];
};

describe("keys", () => {
  it.each([
    ["\x1b[A\x1b[B\x1b[C\x1b[D", ["<up>", "<down>", "<right>", "<left>"]],
    ["\x1bOA\x1bOB\x1bOH\x1bOF", ["<up>", "<down>", "<home>", "<end>"]],
    [
      "\x1b[1~\x1b[4~\x1b[5~\x1b[6~\x1b[7~\x1b[8~",
      ["<home>", "<end>", "<pageup>", "<pagedown>", "<home>", "<end>"],
    ],
    ["\x1b[1;5A\x1b[1;2D\x1b[Z", ["<up>", "<left>", "<shift-tab>"]],
    ["\r\n\t\x7f\b", ["<enter>", "<enter>", "<tab>", "<backspace>", "<backspace>"]],
    ["\x03\x1a\x0c", ["<ctrl-c>", "<ctrl-z>", "<ctrl-l>"]],
    ["jé字🎉", ["j", "é", "字", "🎉"]],
    ["\x1b", ["<escape>"]],
    ["\x1b\x1b[A", ["<escape>", "<up>"]],
    ["\x1b[15~\x1b[[A\x1bx\x1b[<0;3;4M", []],
    ["q", ["q"]],
  ])("%j", (text, keys) => {
    expect(all(text)).toEqual(keys);
  });

  it("are the same when they come byte by byte", () => {
    const text = "\x1b[A\x1bOBx\x1b[6~\x1b[1;5Cq字";
    const decoder = new KeyDecoder();
    expect(Array.from(text).flatMap((character) => decoder.push(character))).toEqual(all(text));
    expect(decoder.isWaiting).toBe(false);
  });

  it("never wait for the end of a sequence that has none", () => {
    const decoder = new KeyDecoder();
    decoder.push(`\x1b[${"1;".repeat(100)}`);
    expect(decoder.push("\x1b[Aq").slice(-1)).toEqual(["q"]);
  });
});
