/** The real kernels that tests run on: Debian releases, made from packages and booted in QEMU. */
export interface GuestKind {
  name: GuestName;
  /** Debian suite. */
  suite: string;
  /** Beside the suite itself: suites with its updates, as `URL SUITE`. */
  updates: string[];
  /** Packages beside those that all have. */
  packages: string[];
  /** Its root also has this architecture's kernel headers and a compiler for it, to compile modules that can't be run. */
  foreign?: ForeignHeaders;
  /** It is given this machine's Node: its own is too old for stapflame, or begins so slowly under emulation that a test records with it once. */
  bringNode: boolean;
  /** For its kernel's command line. */
  kernelWords: string;
  /** Changes under our feet: a failure after a change of its packages is told and does not fail the run. */
  moving: boolean;
}

export interface ForeignHeaders {
  /** As Debian calls it, also at the end of the release. */
  architecture: string;
  /** Package of the compiler that the kernel was built with. */
  compiler: string;
}

export type GuestName = "debian12" | "debian13" | "sid";

/** Where guests' roots are kept between runs: outside the repository. */
export const CACHE = process.env.STAPFLAME_VM_CACHE ?? "/var/cache/stapflame-vm";

export const MIRROR = "http://deb.debian.org/debian";
const SECURITY = "http://deb.debian.org/debian-security";

export const COMMON_PACKAGES = [
  "systemtap",
  "linux-image-cloud-amd64",
  "linux-headers-cloud-amd64",
  "gcc",
  "make",
  "libc6-dev",
  "kmod",
];

/** No retpolines, as on CPUs that need none; an eighth less to emulate. One guest keeps them. */
const AS_ON_SAFE_CPUS = "mitigations=off";

export const GUESTS: readonly GuestKind[] = [
  {
    name: "debian12",
    suite: "bookworm",
    updates: [`${MIRROR} bookworm-updates`, `${SECURITY} bookworm-security`],
    // Headers of two more flavours, to compile for.
    packages: ["linux-headers-amd64", "linux-headers-rt-amd64"],
    foreign: {
      architecture: "arm64",
      compiler: "gcc-12-aarch64-linux-gnu",
    },
    bringNode: true,
    kernelWords: "",
    moving: false,
  },
  {
    name: "debian13",
    suite: "trixie",
    updates: [`${MIRROR} trixie-updates`, `${SECURITY} trixie-security`],
    packages: ["nodejs"],
    bringNode: true,
    kernelWords: AS_ON_SAFE_CPUS,
    moving: false,
  },
  {
    name: "sid",
    suite: "sid",
    updates: [],
    packages: ["nodejs"],
    bringNode: false,
    kernelWords: AS_ON_SAFE_CPUS,
    moving: true,
  },
];

/** Whether a guest has a Node of its own beside the one that it was given. */
export function hasOtherNode({ bringNode, packages }: GuestKind): boolean {
  return bringNode && packages.includes("nodejs");
}

export function guestKind(name: GuestName): GuestKind {
  const kind = GUESTS.find((guest) => guest.name === name);
  if (!kind) throw new Error(`there is no guest ${name}`);
  return kind;
}
