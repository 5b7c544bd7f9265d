import {
  CollectorError,
  type RecordSpec,
  type Session,
  type UnwindTableCounters,
} from "../../collector/contract.ts";
import { type LaunchedCommand, launch } from "../../collector/launch.ts";
import { checkLimits, readKernelLimits } from "../../collector/limits.ts";
import { ProcessTable } from "../../collector/process/process-table.ts";
import { Recorder } from "../../collector/recorder.ts";
import { childrenOf, processOfThread, runningProcesses } from "../../collector/targets.ts";
import { StackEnd } from "../../collector/unwind/stack-end.ts";
import { toComments } from "../../profile/recording-info.ts";
import type { RecordOptions } from "../commands/record-options.ts";
import { ExitCode, Failure } from "../failure.ts";
import { naming } from "../naming.ts";
import { hasScreen, isPersonThere, openOrHint, openPage, viewHint } from "../open-page.ts";
import { recordingAccess } from "../source-text/access.ts";
import { Terminal } from "../terminal.ts";
import { bytes, count, counted, hertz, printable, seconds } from "../words.ts";
import { choose } from "./choose.ts";
import { endCommand } from "./end-command.ts";
import { recordingInfo } from "./info.ts";
import { listenForInterrupts } from "./interrupt.ts";
import { nameAddresses } from "./name-addresses.ts";
import { checkWritable, type OutputPaths, outputPaths } from "./paths.ts";
import { chooseTarget, describeTarget, recordSpec, type Target, targetName } from "./plan.ts";
import { repetitions } from "./repeat.ts";
import { processName, resolveTargets } from "./resolve-targets.ts";
import { type EndReason, sample } from "./sampling.ts";
import { startSession } from "./start-session.ts";
import { accounting, printSummary, type Summary, summaryJson, topOf } from "./summary.ts";
import { unwindChoice } from "./unwind-source.ts";
import { writeResults } from "./write-results.ts";

const NANOS_PER_SECOND = 1e9;
const NANOS_PER_MS = 1e6;

/** `stapflame record`, as often as is asked for. Throws Failure. */
export async function runRecord(commandLine: readonly string[], options: RecordOptions): Promise<void> {
  try {
    for (const each of repetitions(options, commandLine.length > 0)) {
      const reason = await record(commandLine, each);
      if (reason.kind === "interrupt" || reason.kind === "collector-failed") return;
    }
  } catch (error) {
    throw error instanceof CollectorError ? new Failure(error.message, error.remedy) : error;
  }
}

/** One recording. Returns why it ended. */
async function record(commandLine: readonly string[], options: RecordOptions): Promise<EndReason> {
  const target = chooseTarget(commandLine, options);
  const terminal = terminalFor(target, options);
  const paths = outputPaths(options, targetName(target, processName), new Date());
  for (const path of [paths.profile, paths.html]) if (path !== undefined) checkWritable(path);

  const { collector, why, notes } = await choose(options);
  terminal.detail(`collector ${collector.name}: ${why}; ${collector.description}`);
  for (const note of notes) terminal.detail(note);
  const description = describeTarget(target, processName);

  const interrupts = listenForInterrupts();
  let command: LaunchedCommand | undefined;
  let session: Session | undefined;
  void interrupts.second.then(() => abort(terminal, "nothing was written", command, session));
  let recorder: Recorder | undefined;
  const processes = new ProcessTable();
  const unwind = unwindChoice(options, collector.name, processes);
  try {
    if (target.kind === "command") command = await launch(target.command, target.args);
    const targets = resolveTargets(target, command?.pid);
    const limits = readKernelLimits();
    const spec = recordSpec(options, targets, collector.defaultFrequencyHz, limits, unwind.spec);
    checkLimits(spec, limits);
    const interrupted = interrupts.first;
    const commandPid = command?.pid;
    const started = await startSession({ collector, spec, terminal, interrupted, commandPid });
    if (started.kind === "interrupted") abort(terminal, "nothing was recorded", command);
    session = started.value;
    const notes = session.notes ?? [];
    for (const note of notes) terminal.note(note);
    const recording = {
      periodNanos: NANOS_PER_SECOND / spec.frequencyHz,
      perThread: spec.perThread,
      startedAt: Date.now() - (performance.now() - session.startedAt),
    };
    recorder = new Recorder(recording, processes);
    noteExisting(recorder, spec);
    if (target.kind === "tasks") noteChildren(target.pids, terminal);
    terminal.note(
      `Recording ${description} at ${hertz(spec.frequencyHz)} with ${collector.name}` +
        `${options.duration === undefined ? "" : ` for ${seconds(options.duration)}`}; Ctrl-C ends it and keeps everything.`,
    );
    const { duration } = options;
    const { reason, elapsed } = await sample({
      session,
      recorder,
      spec,
      duration,
      command,
      interrupted,
      terminal,
    });
    const endedAt = performance.now();
    const commandResult = command && (await endCommand(command, reason));

    const { depths } = session;
    const counters = session.counters();
    session.close();
    session = undefined;
    await unwind.close();
    if (counters.unwindTables) tellTables(counters.unwindTables, terminal);

    const info = recordingInfo({
      options,
      spec,
      collector: collector.name,
      target: description,
      counters,
      depths,
      recorder,
      notes,
    });
    const unnamed = recorder.finish(elapsed * NANOS_PER_MS);
    const names = await naming(options, terminal, " (Ctrl-C goes on without)");
    const { stopDownloads } = names;
    const diverted = stopDownloads && interrupts.divert(stopDownloads);
    const { profile, warnings } = await nameAddresses(unnamed, names.options, terminal);
    diverted?.release();
    info.warnings.push(...warnings);
    if (reason.kind === "collector-failed") {
      const { message, remedy } = reason.error;
      info.warnings.push(`the recording is cut short: ${message}. ${remedy}`);
      process.exitCode = ExitCode.failed;
    }
    profile.comments = toComments(info);

    const sourceAccess = recordingAccess(options.source, target.kind === "command");
    const files = await writeResults(profile, paths, `${description} – stapflame`, sourceAccess, terminal);
    const summary: Summary = {
      info,
      elapsed,
      ended: endInWords(reason),
      why,
      samples: recorder.samples,
      distinctStacks: recorder.distinctStacks,
      userStacks: counters.unwindTables && {
        whole: recorder.userEnds[StackEnd.complete],
        untold: recorder.userEnds[StackEnd.unknown],
      },
      top: topOf(profile),
      command: commandResult,
      sampleNanos: counters.sampleNanos,
      kernelMemoryBytes: counters.kernelMemoryBytes,
      bytesRead: counters.bytesRead,
      afterSampling: performance.now() - endedAt,
      profileFile: files.profile,
      htmlFile: files.html,
    };
    terminal.detail(accounting(summary));
    printSummary(summary, terminal);
    if (options.json) process.stdout.write(`${summaryJson(summary)}\n`);
    await maybeOpen(paths, options);
    return reason;
  } finally {
    command?.kill("SIGKILL");
    session?.close();
    recorder?.close();
    await unwind.close();
    interrupts.stop();
  }
}

/** What the unwinding of user stacks took, for `-v`. */
function tellTables(tables: UnwindTableCounters, terminal: Terminal): void {
  const { files, missing, evicted } = tables;
  const out = evicted === 0 ? "" : `, ${count(evicted)} made room for others`;
  terminal.detail(`unwind tables of ${counted(files, "file")}, ${bytes(tables.bytes)}${out}`);
  for (const { file, reason } of missing)
    terminal.detail(`no unwind table for ${printable(file)}: ${reason}`);
}

function terminalFor(target: Target, options: RecordOptions): Terminal {
  const commandHasTerminal = target.kind === "command" && process.stdout.isTTY === true;
  return new Terminal({
    verbosity: options.quiet ? "quiet" : options.verbose ? "verbose" : "normal",
    results: target.kind === "command" || options.json ? process.stderr : process.stdout,
    live: !commandHasTerminal,
  });
}

/** Who names a server's main process may be surprised that its workers, forked before, are not recorded. */
function noteChildren(pids: readonly number[], terminal: Terminal): void {
  const others = pids.flatMap(childrenOf).filter((child) => !pids.includes(child));
  if (others.length === 0) return;
  const listed = others.slice(0, 8).join(",");
  terminal.note(
    `${counted(others.length, "child process", "child processes")} of it already ran and will not be recorded: ` +
      `${listed}${others.length > 8 ? ",…" : ""} (add them to -p, or use --cgroup)`,
  );
}

/** Processes are read for no longer than this at the start; those left are read when they are met. */
const NOTING_LIMIT_MS = 500;

/** The mappings of what may be sampled as they are now: a process may be gone when its first sample is read. */
function noteExisting(recorder: Recorder, spec: RecordSpec): void {
  const { targets } = spec;
  const pids =
    targets.kind === "tasks" ? [...targets.pids, ...targets.tids.map(processOfThread)] : runningProcesses();
  const end = performance.now() + NOTING_LIMIT_MS;
  for (const pid of pids) {
    if (performance.now() > end) return;
    recorder.processes.ensure(pid);
  }
}

async function maybeOpen(paths: OutputPaths, options: RecordOptions): Promise<void> {
  if (paths.html === undefined || options.open === false) return;
  if (options.open) await openOrHint(paths.html, paths.profile);
  else if (options.json || options.quiet || process.stderr.isTTY !== true || process.env.CI) return;
  else if (isPersonThere()) await openPage(paths.html);
  else if (!hasScreen()) process.stderr.write(`${viewHint(paths.profile)}\n`);
}

function endInWords(reason: EndReason): string {
  switch (reason.kind) {
    case "duration":
      return "ended as asked";
    case "interrupt":
      return `ended early by ${reason.signal}`;
    case "command-ended":
      return "ended with the command";
    case "targets-ended":
      return "ended with the target";
    case "collector-failed":
      return "cut short by a fault of the collector";
  }
}

/** Ends the command, which may not have begun to run, and sampling, and leaves. */
function abort(terminal: Terminal, loss: string, command?: LaunchedCommand, session?: Session): never {
  command?.kill("SIGKILL");
  try {
    // What hangs on our descriptors goes with us; a kernel module does not.
    session?.close();
  } catch {
    // `stapflame doctor` finds what was left.
  }
  terminal.warn(`aborted; ${loss}.`);
  process.exit(ExitCode.aborted);
}
