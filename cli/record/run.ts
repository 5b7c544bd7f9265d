import { readFileSync, statSync } from "node:fs";
import { hostname, machine, release } from "node:os";
import { chooseCollector } from "../../collector/choose.ts";
import {
  CollectorError,
  type RecordSpec,
  type Session,
  type SessionCounters,
} from "../../collector/contract.ts";
import { exitCodeOf, type LaunchedCommand, launch } from "../../collector/launch.ts";
import { checkLimits, readKernelLimits } from "../../collector/limits.ts";
import { Recorder } from "../../collector/recorder.ts";
import { checkPid, checkTid, processOfThread, resolveCgroup } from "../../collector/targets.ts";
import { writeFileAtomically } from "../../profile/node/atomic-file.ts";
import { writePprofFile } from "../../profile/node/pprof-file.ts";
import type { Profile } from "../../profile/profile.ts";
import { type RecordingInfo, toComments } from "../../profile/recording-info.ts";
import type { RecordOptions } from "../commands/record.ts";
import { ExitCode, Failure } from "../failure.ts";
import { fileFailure } from "../file-failure.ts";
import { isPersonThere, openPage } from "../open-page.ts";
import { renderPage } from "../page.ts";
import { Terminal } from "../terminal.ts";
import { VERSION } from "../version.ts";
import { counted, hertz, seconds } from "../words.ts";
import { listenForInterrupts } from "./interrupt.ts";
import { nameAddresses } from "./name-addresses.ts";
import { checkWritable, type OutputPaths, outputPaths } from "./paths.ts";
import { chooseTarget, describeTarget, recordSpec, type Target, targetName } from "./plan.ts";
import { type EndReason, sample } from "./sampling.ts";
import {
  accounting,
  type CommandResult,
  printSummary,
  type Summary,
  summaryJson,
  topOf,
  type WrittenFile,
} from "./summary.ts";

const NANOS_PER_SECOND = 1e9;
const NANOS_PER_MS = 1e6;
/** A command that does not end when asked is killed after this. */
const COMMAND_GRACE_MS = 2000;

/** `stapflame record`. Throws Failure. */
export async function runRecord(commandLine: readonly string[], options: RecordOptions): Promise<void> {
  try {
    await record(commandLine, options);
  } catch (error) {
    throw error instanceof CollectorError ? new Failure(error.message, error.remedy) : error;
  }
}

async function record(commandLine: readonly string[], options: RecordOptions): Promise<void> {
  const target = chooseTarget(commandLine, options);
  const terminal = terminalFor(target, options);
  const startedAt = new Date();
  const paths = outputPaths(options, targetName(target, processName), startedAt);
  for (const path of [paths.profile, paths.html]) if (path !== undefined) checkWritable(path);

  const { collector, why, notes } = await choose(options.collector);
  terminal.detail(`collector ${collector.name}: ${why}; ${collector.description}`);
  for (const note of notes) terminal.detail(note);
  const description = describeTarget(target, processName);

  const interrupts = listenForInterrupts();
  let command: LaunchedCommand | undefined;
  void interrupts.second.then(() => abort(terminal, command));
  let session: Session | undefined;
  const recorder = new Recorder({
    periodNanos: NANOS_PER_SECOND / options.frequency,
    perThread: options.perThread === true,
    startedAt: startedAt.getTime(),
  });
  try {
    if (target.kind === "command") command = await launch(target.command, target.args);
    const spec = recordSpec(options, collectorTargets(target, command));
    checkLimits(spec, readKernelLimits());
    session = await collector.start(spec);
    noteExisting(recorder, spec);
    terminal.note(
      `Recording ${description} at ${hertz(spec.frequencyHz)} with ${collector.name}` +
        `${options.duration === undefined ? "" : ` for ${seconds(options.duration)}`}; Ctrl-C ends it and keeps everything.`,
    );
    const { duration } = options;
    const interrupted = interrupts.first;
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

    const counters = session.counters();
    session.close();
    session = undefined;

    const info: RecordingInfo = {
      tool: `stapflame ${VERSION}`,
      collector: collector.name,
      kernel: `${release()} ${machine()}`,
      host: hostname(),
      commandLine: ["stapflame", ...process.argv.slice(2)].join(" "),
      target: description,
      event: options.event,
      frequencyAsked: options.frequency,
      frequencyAchieved: counters.achievedHz,
      sliceNanos: spec.sliceNanos,
      drops: [...counters.drops, ...unaccounted(counters, recorder)],
      warnings: countersWarnings(counters, recorder, spec),
    };
    const unnamed = recorder.finish(elapsed * NANOS_PER_MS, []);
    const { profile, warnings } = await nameAddresses(unnamed, terminal);
    info.warnings.push(...warnings);
    profile.comments = toComments(info);

    const files = await write(profile, paths, info, terminal);
    const summary: Summary = {
      info,
      elapsed,
      ended: endInWords(reason),
      why,
      samples: recorder.samples,
      distinctStacks: recorder.distinctStacks,
      top: topOf(profile),
      command: commandResult,
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
  } finally {
    command?.kill("SIGKILL");
    session?.close();
    recorder.close();
    interrupts.stop();
  }
}

function terminalFor(target: Target, options: RecordOptions): Terminal {
  const commandHasTerminal = target.kind === "command" && process.stdout.isTTY === true;
  return new Terminal({
    verbosity: options.quiet ? "quiet" : options.verbose ? "verbose" : "normal",
    results: target.kind === "command" || options.json ? process.stderr : process.stdout,
    live: !commandHasTerminal,
  });
}

async function choose(wanted: RecordOptions["collector"]) {
  try {
    return await chooseCollector(wanted);
  } catch (error) {
    if (error instanceof CollectorError) throw new Failure(error.message, error.remedy, ExitCode.unavailable);
    throw error;
  }
}

function collectorTargets(target: Target, command: LaunchedCommand | undefined): RecordSpec["targets"] {
  switch (target.kind) {
    case "all":
      return { kind: "all" };
    case "cgroup":
      return { kind: "cgroup", path: resolveCgroup(target.path) };
    case "command":
      return { kind: "tasks", pids: command ? [command.pid] : [], tids: [] };
    case "tasks":
      for (const pid of target.pids) checkPid(pid);
      for (const tid of target.tids) checkTid(tid);
      return { kind: "tasks", pids: target.pids, tids: target.tids };
  }
}

/** The targets' mappings as they are now. All further processes are looked at when they are met. */
function noteExisting(recorder: Recorder, spec: RecordSpec): void {
  if (spec.targets.kind !== "tasks") return;
  for (const pid of spec.targets.pids) recorder.processes.ensure(pid);
  for (const tid of spec.targets.tids) recorder.processes.ensure(processOfThread(tid));
}

/** Asks the command to end if the recording ended before it, and tells how it ended. */
async function endCommand(command: LaunchedCommand, reason: EndReason): Promise<CommandResult> {
  const ended = reason.kind !== "command-ended";
  let killer: NodeJS.Timeout | undefined;
  if (ended) {
    command.kill("SIGTERM");
    killer = setTimeout(() => command.kill("SIGKILL"), COMMAND_GRACE_MS);
  }
  const end = await command.ended;
  clearTimeout(killer);
  return { exitCode: exitCodeOf(end), signal: end.kind === "signal" ? end.signal : undefined, ended };
}

/** The kernel's count of samples against ours: nothing may be lost without a cause. */
function unaccounted(counters: SessionCounters, recorder: Recorder): SessionCounters["drops"] {
  const dropped = counters.drops.reduce((sum, drop) => sum + drop.count, 0);
  const count = counters.samples - dropped - recorder.samples;
  return count > 0 ? [{ cause: "lost between the kernel and stapflame (please report this)", count }] : [];
}

function countersWarnings(counters: SessionCounters, recorder: Recorder, spec: RecordSpec): string[] {
  const warnings: string[] = [];
  if (recorder.truncated > 0) {
    warnings.push(
      `${counted(recorder.truncated, "sample")} had stacks deeper than ${spec.maxDepth} frames: their roots are cut off`,
    );
  }
  if (counters.achievedHz < 0.9 * spec.frequencyHz) {
    warnings.push(
      `the kernel's timers gave ${hertz(Math.round(counters.achievedHz))} instead of ${hertz(spec.frequencyHz)}: weights in time are too small`,
    );
  }
  if (counters.lostProcessRecords > 0) {
    warnings.push(
      `${counted(counters.lostProcessRecords, "record")} of new processes and mappings were lost: some frames may lack names`,
    );
  }
  if (counters.unfollowedChildren > 0) {
    warnings.push(
      `${counted(counters.unfollowedChildren, "child process", "child processes")} could not be followed: too many at once`,
    );
  }
  return warnings;
}

async function write(
  profile: Profile,
  paths: OutputPaths,
  info: RecordingInfo,
  terminal: Terminal,
): Promise<{ profile: WrittenFile; html: WrittenFile | undefined }> {
  terminal.progress(() => "writing the profile");
  await writing(paths.profile, () => writePprofFile(profile, paths.profile));
  const { html } = paths;
  if (html !== undefined) {
    terminal.progress(() => "writing the flame graph");
    const page = renderPage(profile, `${info.target} – stapflame`);
    await writing(html, () => writeFileAtomically(html, [page]));
  }
  terminal.clear();
  const sized = (path: string) => ({ path, bytes: statSync(path).size });
  return { profile: sized(paths.profile), html: html === undefined ? undefined : sized(html) };
}

async function writing(path: string, act: () => Promise<void>): Promise<void> {
  try {
    await act();
  } catch (error) {
    throw fileFailure("write", path, error);
  }
}

async function maybeOpen(paths: OutputPaths, options: RecordOptions): Promise<void> {
  if (paths.html === undefined || options.open === false) return;
  if (options.open || (!options.json && !options.quiet && isPersonThere())) await openPage(paths.html);
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
  }
}

/** Everything in the kernel hangs on our descriptors, so leaving is cleaning up. Only the command must be ended. */
function abort(terminal: Terminal, command: LaunchedCommand | undefined): never {
  command?.kill("SIGKILL");
  terminal.warn("aborted; nothing was written.");
  process.exit(ExitCode.aborted);
}

function processName(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/comm`, "utf8").trim() || String(pid);
  } catch {
    return `pid-${pid}`;
  }
}
