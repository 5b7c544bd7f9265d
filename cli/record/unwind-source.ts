import type {
  CollectorName,
  ProcessHistory,
  RecordSpec,
  UnwindTableAnswer,
  UnwindTableSource,
} from "../../collector/contract.ts";
import { VDSO_MAPPING } from "../../profile/frame-kind.ts";
import { programLibraries } from "../../symbolizer/program-libraries.ts";
import { runTimeTable } from "../../symbolizer/unwind/run-time-code.ts";
import { unwindTables } from "../../symbolizer/unwind/unwind-tables.ts";
import { vdsoSource } from "../../symbolizer/vdso.ts";
import type { RecordOptions } from "../commands/record-options.ts";
import { usageFailure } from "../failure.ts";

/** Unwind tables for a collector, and the end of their making. */
export interface UnwindSource extends UnwindTableSource {
  /** What makes them gets ready beside what is done before the first is asked for. */
  begin(): void;
  close(): Promise<void>;
}

/** How a recording walks user stacks: what its collector is told, and the end of what was begun for it. */
export interface UnwindChoice {
  spec: Pick<RecordSpec, "unwind">;
  close(): Promise<void>;
}

/** Collectors that walk user stacks by our tables. */
const WITH_TABLES: readonly CollectorName[] = ["bpf", "kmod", "perf"];

/**
 * `history`: of the processes that will be recorded. Throws Failure (usage) when tables or copied stacks are asked for and the
 * collector has no use for them.
 */
export function unwindChoice(
  options: Pick<RecordOptions, "unwind" | "debugDir" | "kernelOnly" | "stackSize">,
  collector: CollectorName,
  history: ProcessHistory,
): UnwindChoice {
  const can = WITH_TABLES.includes(collector);
  if (options.unwind === "tables" && !can) {
    throw usageFailure(
      `the ${collector} collector has an unwinder of its own`,
      "Leave --unwind out, or use --collector bpf, kmod or perf.",
    );
  }
  if (options.stackSize !== undefined && collector !== "perf") {
    throw usageFailure(
      `--stack-size is of stacks that are copied, and the ${collector} collector copies none`,
      "Leave --stack-size out, or use --collector perf.",
    );
  }
  if (options.unwind === "fp" || !can || options.kernelOnly) return { spec: {}, close: async () => {} };
  const source = unwindSource(options);
  source.begin();
  const unwind = { source, required: options.unwind === "tables", history };
  return { spec: { unwind }, close: () => source.close() };
}

/** Joins the two that know nothing of each other: the compiler of tables and the collector that wants them. */
export function unwindSource(
  { debugDir }: { debugDir?: string[] },
  env: NodeJS.ProcessEnv = process.env,
): UnwindSource {
  const tables = unwindTables({ cache: !env.STAPFLAME_NO_CACHE, debugFolders: debugDir ?? [] });
  const vdso = (): Uint8Array | undefined => {
    const source = vdsoSource().found;
    return source?.read(0, source.size);
  };
  return {
    async tableOf({ path, fd, code, urgent }): Promise<UnwindTableAnswer> {
      const content = code ?? (path === VDSO_MAPPING ? vdso() : (fd ?? path));
      if (content === undefined) return { kind: "none", reason: "cannot be read" };
      const answer = await tables.tableOf({ content, path, isCode: code !== undefined }, urgent);
      if (answer.found === undefined) return { kind: "none", reason: answer.missing };
      return { kind: "table", ...answer.found.table };
    },
    tableOfRunTimeCode(beginning): UnwindTableAnswer | undefined {
      const table = runTimeTable(beginning);
      return table && { kind: "table", ...table };
    },
    librariesOf: programLibraries,
    begin: () => tables.begin(),
    close: () => tables.close(),
  };
}
