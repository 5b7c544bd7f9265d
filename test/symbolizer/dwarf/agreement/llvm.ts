import { hex } from "./elfutils.ts";
import { type Chain, normalPath } from "./frame.ts";
import { judgeOutput } from "./judge-process.ts";

interface Answer {
  Symbol?: { FunctionName: string; FileName: string; Line: number }[];
}

/** What `llvm-symbolizer` tells of each address, with mangled names. */
export async function byLlvm(path: string, addresses: Float64Array): Promise<Chain[]> {
  const input = Array.from(addresses, (address) => `0x${hex(address)}\n`).join("");
  const flags = ["--inlines", "--functions=linkage", "--no-demangle", "--output-style=JSON"];
  const rows = (await judgeOutput("llvm-symbolizer", [`--obj=${path}`, ...flags], path, input)).split("\n");
  return Array.from(addresses, (_, i) => {
    const { Symbol: frames = [] } = JSON.parse(rows[i]) as Answer;
    const chain = frames.map(({ FunctionName, FileName, Line }) => ({
      name: FunctionName.replace(/@@?[\w.]+$/, ""),
      file: normalPath(FileName),
      line: Line,
    }));
    return chain.length === 1 && chain[0].name === "" && chain[0].file === "" ? [] : chain;
  });
}
