import { access, constants, stat } from "node:fs/promises";
import { hostname } from "node:os";
import { basename } from "node:path";
import type { ServeOptions } from "../commands/serve.ts";
import { ExitCode, Failure, usageFailure } from "../failure.ts";
import { fileFailure } from "../file-failure.ts";
import { hasScreen, viewHint } from "../open-page.ts";
import { readTemplate } from "../page.ts";
import { counted, printable } from "../words.ts";
import { answer } from "./answer.ts";
import { Library } from "./library.ts";
import { listen } from "./listen.ts";
import { openPrivately } from "./open-privately.ts";
import { packInProcess } from "./pack-process.ts";
import { newToken } from "./token.ts";

const SIGNALS = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

/** `stapflame serve`: answers on the loopback until it is told to end. Throws Failure. */
export async function runServe(paths: readonly string[], options: ServeOptions): Promise<void> {
  for (const path of paths) await checkReadable(path);
  const token = newToken();
  const library = new Library(paths, packInProcess(options.from));
  const desk = { token, library, template: readTemplate() };
  const { port, close } = await listen(options.port, (question) => answer(question, desk));
  const url = `http://127.0.0.1:${port}/#token=${token}`;
  process.stdout.write(`${url}\n`);

  const end = (code: number): never => {
    library.stop();
    process.exit(code);
  };
  for (const signal of SIGNALS) process.on(signal, () => end(ExitCode.ok));
  const what = paths.length === 1 ? printable(basename(paths[0])) : counted(paths.length, "profile");
  note(
    `Serving ${what} on this machine only; Ctrl-C ends it. The address lets whoever has it see the profile.`,
  );
  if (process.env.SSH_CONNECTION) {
    note(`On your own machine: ssh -L ${port}:127.0.0.1:${port} ${hostname()}, then open the address there.`);
  }
  library.readAll();
  if (options.open) {
    if (hasScreen()) await openPrivately(url);
    else note(viewHint(paths[0]));
  }
  const problems = await Promise.all(paths.map((_, index) => library.problem(index)));
  for (const problem of problems) if (problem !== undefined && paths.length > 1) note(`warning: ${problem}`);
  if (problems.every((problem) => problem !== undefined)) {
    library.stop();
    close();
    throw new FailedFiles(problems[0] ?? "");
  }
}

/** The server would have nothing to show. Its sentence has its remedy already. */
class FailedFiles extends Failure {
  constructor(sentence: string) {
    const end = sentence.indexOf(". ");
    super(
      end < 0 ? sentence.replace(/\.$/, "") : sentence.slice(0, end),
      end < 0 ? "" : sentence.slice(end + 2),
    );
  }
}

async function checkReadable(path: string): Promise<void> {
  if (path === "-") throw usageFailure("serve reads files only", "Save standard input to one first.");
  try {
    if (!(await stat(path)).isFile()) {
      throw new Failure(
        `cannot read ${path}: it is no regular file`,
        "Name a profile, such as stapflame record writes.",
      );
    }
    await access(path, constants.R_OK);
  } catch (error) {
    throw fileFailure("read", path, error);
  }
}

function note(text: string): void {
  process.stderr.write(`${text}\n`);
}
