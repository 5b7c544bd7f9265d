import { once } from "node:events";
import { createDemangler } from "../../symbolizer/demangle.ts";
import { type BinarySymbolizer, openBinary } from "../../symbolizer/open-binary.ts";
import type { SymbolizeOptions } from "../commands/symbolize.ts";
import { ExitCode, Failure, usageFailure } from "../failure.ts";
import { naming } from "../naming.ts";
import { Terminal } from "../terminal.ts";
import { tuneV8ForBrief } from "../tune-v8.ts";
import { counted, printable } from "../words.ts";
import { answerAll, jsonLine, textLines } from "./answer.ts";
import { type AskedAddresses, type NoAddress, parseAddresses } from "./asked-addresses.ts";
import { inputBatches } from "./input-batches.ts";
import { LineSplitter } from "./line-splitter.ts";

/** After so many the run is no brief one, and more are to be expected. */
const MANY_ADDRESSES = 50_000;

/** `stapflame symbolize`: names addresses of the command line, or of standard input. Throws Failure. */
export async function runSymbolize(texts: readonly string[], options: SymbolizeOptions): Promise<void> {
  const addresses = parseAddresses(texts);
  const [wrong] = errorsOf(addresses);
  if (wrong) {
    throw usageFailure(
      `${printable(wrong.text)} ${wrong.error}`,
      "Give addresses as nm or objdump print them: 401136 or 0x401136.",
    );
  }
  const terminal = new Terminal({ verbosity: "normal", results: process.stdout, live: true });
  tuneV8ForBrief(true);
  const binary = await open(options, terminal);
  try {
    const answer = answerer(binary, options);
    if (texts.length > 0) await write(answer(addresses));
    else await answerStandardInput(answer, terminal);
    for (const problem of new Set(binary.problems())) {
      terminal.warn(printable(`${options.executable} ${problem}`));
    }
  } finally {
    binary.close();
  }
}

async function open(options: SymbolizeOptions, terminal: Terminal): Promise<BinarySymbolizer> {
  const { executable: path } = options;
  const opened = await openBinary(path, (await naming(options, terminal)).options);
  terminal.clear();
  if (opened.found === undefined) {
    throw new Failure(
      `no names can be read from ${printable(path)}: ${printable(opened.missing)}`,
      "Give a program, a library, a kernel (vmlinux) or a debug file with -e.",
    );
  }
  return opened.found;
}

/** The texts to print for a batch of addresses. */
type Answerer = (asked: AskedAddresses) => Iterable<string>;

/** What was no address at all. */
function errorsOf({ without }: AskedAddresses): NoAddress[] {
  return [...without.values()].filter(({ error }) => error !== undefined);
}

function answerer(binary: BinarySymbolizer, options: SymbolizeOptions): Answerer {
  const demangler = createDemangler();
  const demangle = options.demangle ? (name: string) => demangler.demangle(name) : undefined;
  const format = options.json ? jsonLine(demangle) : textLines(demangle);
  return (asked) => answerAll(asked, binary, format);
}

/**
 * Answers what comes batch by batch. Lines that are no addresses get an answer too, so that answers and lines go
 * together.
 */
async function answerStandardInput(answer: Answerer, terminal: Terminal): Promise<void> {
  if (process.stdin.isTTY) terminal.note("Type addresses, one a line; Ctrl-D ends.");
  const splitter = new LineSplitter();
  let wrong = 0;
  let answered = 0;
  const answerLines = async (lines: readonly string[]) => {
    const asked = parseAddresses(lines.map((line) => line.trim()).filter((line) => line !== ""));
    wrong += errorsOf(asked).length;
    if (asked.values.length === 0) return;
    await write(answer(asked));
    answered += asked.values.length;
    if (answered < MANY_ADDRESSES) return;
    tuneV8ForBrief(false);
    answered = Number.NEGATIVE_INFINITY;
  };
  process.stdin.setEncoding("utf8");
  for await (const text of inputBatches(process.stdin)) await answerLines(splitter.push(text));
  await answerLines(splitter.end());
  if (wrong === 0) return;
  terminal.warn(`${counted(wrong, "line")} of standard input held no hexadecimal address.`);
  process.exitCode = ExitCode.failed;
}

/** Waits for a slow reader instead of piling answers up. */
async function write(texts: Iterable<string>): Promise<void> {
  for (const text of texts) if (!process.stdout.write(text)) await once(process.stdout, "drain");
}
