/**
 * JavaScriptCore (Bun, WebKit) writes into its dump which tier compiled a function, its name, and a hash of its source
 * (WebKit's Source/JavaScriptCore/bytecode/CodeBlock.cpp, `inferredNameWithHash`):
 *
 *     JSC-FTL: fib#EoE7sP      JSC-Baseline: #EUFuHZ
 *
 * A function has one entry a tier, so the tier must not be part of its name; the hash tells functions of the same name apart.
 */
const SHAPE = /^JSC-(?:Baseline|DFG|FTL): (.*)#([0-9A-Za-z]{6})$/;

/** `fib #EoE7sP`; `(anonymous) #EUFuHZ`; undefined: it is no such entry. */
export function jscFunction(entry: string): string | undefined {
  const match = SHAPE.exec(entry);
  return match ? `${match[1] || "(anonymous)"} #${match[2]}` : undefined;
}
