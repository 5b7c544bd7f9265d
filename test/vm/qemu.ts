import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { ensureCommands } from "../setup/debian.ts";
import { CACHE, MIRROR } from "./guests.ts";
import { shortly } from "./shortly.ts";

/** UEFI in the place of a BIOS. */
export interface Firmware {
  code: string;
  /** Its variables: a file of the guest's own, which is written to. */
  variables: string;
}

/** What a guest boots from. */
export interface Disks {
  kernel: string;
  initrd: string;
  /** The root file system; never written to. */
  root: string;
  /** stapflame, its workloads and the agent. */
  app: string;
  firmware?: Firmware | undefined;
}

const MEMORY_MB = 3072;
const CPUS = 2;
/** QEMU 7 corrupts flags in cmpxchg16b with several CPUs under TCG, and one boot in three panics; 10 does not. */
const OLDEST_QEMU = 10;
const APT_LIMIT_MS = 600_000;

/** Starts a guest. `agentPath`: where QEMU listens; what is said there comes to the guest's serial port. */
export function spawnQemu(disks: Disks, agentPath: string, append: string): ChildProcess {
  const { firmware } = disks;
  const flash =
    firmware === undefined
      ? []
      : [
          ...["-drive", `if=pflash,format=raw,readonly=on,file=${firmware.code}`],
          ...["-drive", `if=pflash,format=raw,file=${firmware.variables}`],
        ];
  const args = [
    // No KVM: machines that tests run on are mostly virtual themselves.
    ...["-accel", "tcg,thread=multi", "-cpu", "max", "-m", String(MEMORY_MB), "-smp", String(CPUS)],
    ...["-kernel", disks.kernel, "-initrd", disks.initrd, "-nographic", "-no-reboot", "-net", "none"],
    ...["-drive", `file=${disks.root},if=virtio,format=raw,snapshot=on`],
    ...["-drive", `file=${disks.app},if=virtio,format=raw,readonly=on`],
    ...["-device", "virtio-serial-pci", "-chardev", `socket,id=agent,path=${agentPath},server=on,wait=off`],
    ...["-device", "virtserialport,chardev=agent,name=agent"],
    ...flash,
    ...["-append", `console=ttyS0 quiet panic=1 root=/dev/vda rw init=/sbin/guest-init ${append}`],
  ];
  return spawn("qemu-system-x86_64", args, { stdio: ["ignore", "pipe", "pipe"] });
}

/** Makes sure that there is a QEMU that works. On Debian 12 it is that of bookworm-backports. Throws when it cannot. */
export function ensureQemu(): void {
  ensureCommands({
    debootstrap: "debootstrap",
    "mkfs.ext4": "e2fsprogs",
    gcc: "gcc",
    openssl: "openssl",
    unshare: "util-linux",
  });
  if (qemuVersion() >= OLDEST_QEMU) return;
  try {
    installFromBackports("qemu-system-x86");
  } catch (error) {
    throw new Error(`QEMU ${OLDEST_QEMU} could not be installed from bookworm-backports: ${shortly(error)}`);
  }
  if (qemuVersion() < OLDEST_QEMU) {
    throw new Error(`These tests need QEMU ${OLDEST_QEMU} or newer: install qemu-system-x86_64.`);
  }
}

function qemuVersion(): number {
  try {
    const text = execFileSync("qemu-system-x86_64", ["--version"], { encoding: "utf8" });
    return Number(/version (\d+)/.exec(text)?.[1] ?? 0);
  } catch {
    return 0;
  }
}

/** With package lists of its own, so that the machine's stay as they are. */
function installFromBackports(name: string): void {
  mkdirSync(join(CACHE, "apt/lists/partial"), { recursive: true });
  const sources = join(CACHE, "apt/sources.list");
  writeFileSync(sources, `deb ${MIRROR} bookworm main\ndeb ${MIRROR} bookworm-backports main\n`);
  const options = [
    `Dir::Etc::sourcelist=${sources}`,
    "Dir::Etc::sourceparts=/dev/null",
    `Dir::State::lists=${join(CACHE, "apt/lists")}`,
  ].flatMap((option) => ["-o", option]);
  for (const args of [
    ["update"],
    ["install", "-y", "--no-install-recommends", "-t", "bookworm-backports", name],
  ]) {
    execFileSync("apt-get", [...options, "-q", ...args], {
      env: { ...process.env, DEBIAN_FRONTEND: "noninteractive" },
      stdio: "pipe",
      timeout: APT_LIMIT_MS,
    });
  }
}
