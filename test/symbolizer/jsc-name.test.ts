import { expect, it } from "vitest";
import { jscFunction } from "../../symbolizer/jsc-name.ts";

/** Entries as Bun 1.4.5 wrote them. */
it.each([
  ["JSC-FTL: fib#EoE7sP", "fib #EoE7sP"],
  ["JSC-DFG: fib#EoE7sP", "fib #EoE7sP"],
  ["JSC-Baseline: #EUFuHZ", "(anonymous) #EUFuHZ"],
  ["JSC-FTL: #private#BJ2iQL", "#private #BJ2iQL"],
  ["JSC-InlineCache: GetById Load handler", undefined],
  ["JSC-YarrJIT: /^(\\d+)-([a-z]+)$/", undefined],
  ["JSC-FTLOSRExit: unspecified", undefined],
  ["fib#EoE7sP", undefined],
])("JavaScriptCore's %s", (entry, name) => {
  expect(jscFunction(entry)).toBe(name);
});
