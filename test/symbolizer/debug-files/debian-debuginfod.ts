import { type ChildProcess, spawn } from "node:child_process";
import { type AddressInfo, createServer } from "node:net";

/** Debian's debuginfod over the files of a folder. `id`: a build ID that it is to have when this resolves. */
export async function debianDebuginfod(
  served: string,
  id: string,
): Promise<{ url: string; process: ChildProcess }> {
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  // Without DEBUGINFOD_URLS, so that it asks nobody else in turn.
  const env = { PATH: process.env.PATH };
  const server = spawn("debuginfod", ["-p", `${port}`, "-d", ":memory:", "-F", served], {
    env,
    stdio: "ignore",
  });
  server.on("error", () => {});
  for (let i = 0; ; i++) {
    const ready = await fetch(`${url}/buildid/${id}/debuginfo`).then(
      (response) => response.body?.cancel().then(() => response.ok),
      () => false,
    );
    if (ready) return { url, process: server };
    if (i > 200) throw new Error("debuginfod does not answer: apt-get install debuginfod");
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

export async function freePort(): Promise<number> {
  const listener = createServer();
  await new Promise<void>((resolve) => listener.listen(0, "127.0.0.1", resolve));
  const { port } = listener.address() as AddressInfo;
  await new Promise((resolve) => listener.close(resolve));
  return port;
}

/** A tool's output, without blocking the servers that live in this process. */
export function spawnText(tool: string, args: string[], env: Record<string, string>): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn(tool, args, { env, stdio: ["ignore", "pipe", "ignore"] });
    let text = "";
    child.stdout.on("data", (piece) => {
      text += piece;
    });
    child.on("error", reject);
    child.on("close", () => resolve(text.trim()));
  });
}
