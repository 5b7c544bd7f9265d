import { describe, expect, it } from "vitest";
import { erlangFunction } from "../../symbolizer/erlang-name.ts";

/** Entries as Erlang/OTP 25 wrote them. */
describe("Erlang's entries in a perf map", () => {
  it.each([
    ["$work:burn/2", "work:burn/2"],
    ["$work:burn/2-CodeInfoPrologue", "work:burn/2"],
    ["work:burn/2-CodeInfoPrologue", "work:burn/2"],
    ["$erl_eval:'-reset_anno/0-fun-0-'/1-CodeInfoPrologue", "erl_eval:'-reset_anno/0-fun-0-'/1"],
    ["$'Elixir.Enum':map/2", "'Elixir.Enum':map/2"],
    ["$global::apply_fun_shared", "global::apply_fun_shared"],
    ["$lists::codeHeader", "lists::codeHeader"],
  ])("%s is %s", (entry, name) => expect(erlangFunction(entry)).toBe(name));

  it.each([
    "",
    "$",
    "$x",
    "work:burn/2",
    "-CodeInfoPrologue",
    "TRACE-1$burn$3",
    "JS:*$apply file:///srv/app.mjs:17:14",
    "py::work:/srv/work.py",
    "java.util.HashMap$Node java.util.HashMap.getNode(java.lang.Object)",
  ])("%s stands as it is", (entry) => expect(erlangFunction(entry)).toBeUndefined());
});
