import { release } from "node:os";
import { COLLECTORS } from "../collector/choose.ts";
import type { Availability, CollectorName } from "../collector/contract.ts";
import { type Colors, colorsFor } from "./colors.ts";
import type { DoctorOptions } from "./commands/doctor.ts";
import { ExitCode } from "./failure.ts";
import { type FoundModule, tidyModules } from "./left-modules.ts";
import { VERSION } from "./version.ts";

/** What one collector answers. */
export type DoctorRow = { name: CollectorName; description: string } & Availability;

/** `stapflame doctor`: prints what works here, and removes modules that killed recordings have left. */
export async function runDoctor(options: DoctorOptions): Promise<void> {
  const left = tidyModules();
  const rows: DoctorRow[] = [];
  for (const collector of COLLECTORS) {
    const { name, description } = collector;
    rows.push({ name, description, ...(await collector.available()) });
  }
  if (options.json) {
    process.stdout.write(`${JSON.stringify(doctorJson(rows, left))}\n`);
  } else {
    const title = `stapflame ${VERSION} on ${process.platform} ${release()} ${process.arch}, Node ${process.version}`;
    const lines = [title, "", ...rowLines(rows, colorsFor(process.stdout)), ...moduleLines(left)];
    process.stdout.write(`${lines.join("\n")}\n`);
  }
  if (!rows.some((row) => row.available)) process.exitCode = ExitCode.unavailable;
}

function doctorJson(rows: DoctorRow[], left: FoundModule[]) {
  return {
    tool: `stapflame ${VERSION}`,
    platform: process.platform,
    arch: process.arch,
    kernel: release(),
    collectors: rows,
    leftModules: left.map(({ name, collector, inUse, removed, problem }) => ({
      name,
      collector,
      inUse,
      removed,
      ...problem,
    })),
  };
}

export function rowLines(rows: DoctorRow[], { bold, green, red }: Colors): string[] {
  return rows.flatMap((row) => {
    const answer = row.available ? green("yes") : red("no ");
    const more = row.available
      ? row.notes.map((note) => `note: ${note}`)
      : [`why: ${row.reason}`, `remedy: ${row.remedy}`];
    return [
      `${answer}  ${bold(row.name.padEnd(4))}  ${row.description}`,
      ...more.map((line) => `           ${line}`),
    ];
  });
}

export function moduleLines(left: FoundModule[]): string[] {
  if (left.length === 0) return [];
  const lines = left.map(({ name, problem }) =>
    problem === undefined
      ? `kernel module ${name}: left by a recording that was killed; removed`
      : `kernel module ${name}: ${problem.reason}. ${problem.remedy}`,
  );
  return ["", ...lines];
}
