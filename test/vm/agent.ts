import { spawn } from "node:child_process";
import {
  createReadStream,
  createWriteStream,
  openSync,
  readdirSync,
  readFileSync,
  writeFileSync,
} from "node:fs";
import { createInterface } from "node:readline";
import type { Answer, NumberedRequest } from "./protocol.ts";

/** Runs in a guest: takes requests from a virtio serial port and serves them side by side. */
const port = readdirSync("/dev").find((name) => /^vport\d+p1$/.test(name));
if (port === undefined) throw new Error("there is no virtio serial port");
const fd = openSync(`/dev/${port}`, "r+");
const output = createWriteStream("", { fd, autoClose: false });
const answer = (value: Answer) => void output.write(`${JSON.stringify(value)}\n`);

function run(id: number, command: string, timeoutMs: number): void {
  const child = spawn("/bin/sh", ["-c", command], { stdio: ["ignore", "pipe", "pipe"], detached: true });
  const stdout: Buffer[] = [];
  const stderr: Buffer[] = [];
  child.stdout.on("data", (bytes) => stdout.push(bytes));
  child.stderr.on("data", (bytes) => stderr.push(bytes));
  let timedOut = false;
  const timer = setTimeout(() => {
    timedOut = true;
    if (child.pid !== undefined) process.kill(-child.pid, "SIGKILL");
  }, timeoutMs);
  child.once("close", (code, signal) => {
    clearTimeout(timer);
    const text = (parts: Buffer[]) => Buffer.concat(parts).toString("utf8");
    answer({
      id,
      result: { code: code ?? -1, signal, timedOut, stdout: text(stdout), stderr: text(stderr) },
    });
  });
  child.once("error", (error) => answer({ id, error: error.message }));
}

function serve(request: NumberedRequest): void {
  const { id } = request;
  try {
    switch (request.do) {
      case "run":
        run(id, request.command, request.timeoutMs);
        break;
      case "get":
        answer({ id, base64: readFileSync(request.path).toString("base64") });
        break;
      case "put":
        writeFileSync(request.path, Buffer.from(request.base64, "base64"), { mode: request.mode });
        answer({ id });
        break;
      case "end":
        process.exit(0);
    }
  } catch (error) {
    answer({ id, error: (error as Error).message });
  }
}

createInterface({ input: createReadStream("", { fd, autoClose: false }) }).on("line", (line) =>
  serve(JSON.parse(line)),
);
answer({ id: 0 });
