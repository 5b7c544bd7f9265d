import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { inject } from "vitest";
import { readPprofFile } from "../../profile/node/pprof-file.ts";
import type { Profile } from "../../profile/profile.ts";
import type { JsonSummary } from "../setup/json-summary.ts";
import { type PlainSample, plainSamples } from "../setup/samples.ts";
import { type GuestName, guestKind } from "./guests.ts";
import "./images.ts";
import { Machine } from "./machine.ts";
import { APP, collectorOptions, type StapModule, unpackPrepared } from "./prepared.ts";
import type { Firmware } from "./qemu.ts";

/** Where the C programs lie in a guest, and the built CLI. */
export const WORKLOADS = `${APP}/workloads`;
export const CLI = `${APP}/dist/stapflame.js`;

export interface Recording {
  samples: PlainSample[];
  profile: Profile;
  summary: JsonSummary;
  /** What the recorded command, or the script around stapflame, wrote to standard output. */
  output: string;
  stderr: string;
}

/** Boots a guest with what the set-up made. `append`: more words for the kernel's command line. */
export async function bootGuest(name: GuestName, append = "", firmware?: Firmware): Promise<Machine> {
  const { kernel, initrd, image } = inject("guests")[name];
  const disks = { kernel, initrd, root: image, app: inject("appDisk"), firmware };
  const machine = await Machine.boot(name, disks, `${guestKind(name).kernelWords} ${append}`);
  await machine.must(unpackPrepared(name));
  return machine;
}

let recordings = 0;

/**
 * Runs a shell script in a guest that calls `stapflame record $RECORD …` once, and reads on the host what it wrote there.
 * Throws when the script fails.
 */
export async function record(
  guest: Machine,
  collector: string,
  script: string,
  module?: StapModule,
): Promise<Recording> {
  const path = `/tmp/recording-${++recordings}.pb.gz`;
  const variables = `export RECORD="${collectorOptions(guest.name, collector, module)} --json -v --no-html -o ${path}"`;
  const { code, signal, stdout, stderr } = await guest.run(`${variables}\n${script}`);
  if (code !== 0) throw new Error(`${guest.name}: ${signal ?? code}: ${script}\n${stdout}\n${stderr}`);
  const lines = stdout.trimEnd().split("\n");
  const json = lines.findLast((line) => line.startsWith("{"));
  if (json === undefined) throw new Error(`${guest.name}: no summary: ${script}\n${stdout}\n${stderr}`);
  const profile = await decode(await guest.get(path));
  await guest.must(`rm ${path}`);
  return {
    samples: plainSamples(profile),
    profile,
    summary: JSON.parse(json) as JsonSummary,
    output: lines.filter((line) => line !== json).join("\n"),
    stderr,
  };
}

async function decode(bytes: Uint8Array): Promise<Profile> {
  const folder = mkdtempSync(join(tmpdir(), "stapflame-vm-"));
  try {
    const file = join(folder, "profile.pb.gz");
    writeFileSync(file, bytes);
    return await readPprofFile(file);
  } finally {
    rmSync(folder, { recursive: true });
  }
}
