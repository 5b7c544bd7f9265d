import { parentPort, workerData } from "node:worker_threads";
import { type CompileReply, type CompileRequest, type CompileSettings, compileJob } from "./compile-job.ts";

/** The thread that compiles tables: an entry of the build by itself (vite.config.ts), begun by unwind-tables.ts. */
const settings: CompileSettings = workerData;
const answerTo = compileJob(settings);
const port = parentPort;
port?.on("message", ({ id, file }: CompileRequest) => {
  const reply: CompileReply = { id, answer: answerTo(file) };
  const pieces = reply.answer.found?.table.pieces ?? [];
  port.postMessage(
    reply,
    pieces.map(({ bytes }) => bytes.buffer as ArrayBuffer),
  );
});
