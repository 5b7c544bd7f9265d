import { execFileSync } from "node:child_process";
import { chmodSync, mkdirSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { Scratch } from "../integration/harness.ts";
import { type Running, startAll } from "./running.ts";

const START_LIMIT_MS = 60_000;
const LOOK_INTERVAL_MS = 50;
const AS_POSTGRES = ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups"];
const CLIENTS = 4;
/** What pgbench's backends call themselves: `postgres: USER DATABASE [local] …`. */
const BACKEND = /^postgres: \S+ \S+ \[local\]/;

/** PostgreSQL under pgbench: a server of its own on a socket in a scratch folder, its children and the client. */
export function postgres(): Promise<Running> {
  return startAll(async (running) => {
    const scratch = new Scratch();
    running.atEnd(() => scratch[Symbol.dispose]());
    const data = scratch.file("data");
    mkdirSync(data);
    chmodSync(scratch.path, 0o755);
    execFileSync("chown", ["postgres:", scratch.path, data]);
    const command = (name: string, ...args: string[]) => [
      ...AS_POSTGRES,
      join(postgresBinaries(), name),
      ...args,
    ];
    const run = (name: string, ...args: string[]) => {
      const [program, ...rest] = command(name, ...args);
      execFileSync(program, rest, { cwd: scratch.path, stdio: "pipe" });
    };
    run("initdb", "-D", data, "--auth=trust", "--no-sync");
    const place = ["-c", "listen_addresses=", "-c", `unix_socket_directories=${scratch.path}`];
    // SIGQUIT is its immediate shutdown, of all its children too.
    const server = running.start(command("postgres", "-D", data, "-F", ...place), "SIGQUIT");
    await untilItWorks(() => run("psql", "-h", scratch.path, "-d", "postgres", "-c", "select 1"));
    run("pgbench", "-h", scratch.path, "-i", "-s", "5", "-q", "postgres");
    const load = ["-n", "-c", String(CLIENTS), "-j", "2", "-T", "3600", "-h", scratch.path, "postgres"];
    const client = running.start(command("pgbench", ...load));
    await untilItWorks(() => {
      const backends = childrenOf(server).filter((pid) => BACKEND.test(commandLine(pid)));
      running.judged = backends[0];
      if (backends.length < CLIENTS) throw new Error(`PostgreSQL has ${backends.length} backends`);
    });
    running.pids.push(server, ...childrenOf(server), client);
  });
}

/** Redis under redis-benchmark, on a socket in a scratch folder. */
export function redis(): Promise<Running> {
  return startAll(async (running) => {
    const scratch = new Scratch();
    running.atEnd(() => scratch[Symbol.dispose]());
    const socket = scratch.file("redis");
    const options = ["--port", "0", "--unixsocket", socket, "--save", "", "--appendonly", "no"];
    const server = running.start(["redis-server", ...options, "--dir", scratch.path]);
    await untilItWorks(() => execFileSync("redis-cli", ["-s", socket, "ping"], { stdio: "pipe" }));
    const tests = "set,get,incr,lpush,rpop,sadd,hset,zadd,lrange_100,mset";
    const load = ["-s", socket, "-q", "-l", "-c", "20", "-n", "20000", "-r", "10000", "-t", tests];
    running.pids.push(server, running.start(["redis-benchmark", ...load]));
  });
}

/** Where Debian's newest installed PostgreSQL has its programs. */
export function postgresBinaries(): string {
  const versions = readdirSync("/usr/lib/postgresql").sort((a, b) => Number(b) - Number(a));
  return join("/usr/lib/postgresql", versions[0], "bin");
}

async function untilItWorks(act: () => void): Promise<void> {
  const end = performance.now() + START_LIMIT_MS;
  for (;;) {
    try {
      act();
      return;
    } catch (error) {
      if (performance.now() > end) throw error;
    }
    await sleep(LOOK_INTERVAL_MS);
  }
}

function childrenOf(pid: number): number[] {
  const text = readFileSync(`/proc/${pid}/task/${pid}/children`, "latin1");
  return text.split(" ").filter(Boolean).map(Number);
}

function commandLine(pid: number): string {
  return readFileSync(`/proc/${pid}/cmdline`, "latin1").replaceAll("\0", " ");
}
