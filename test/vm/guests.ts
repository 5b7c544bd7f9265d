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
  /** Its own Node is too old for stapflame: it is given that of this machine. */
  bringNode: boolean;
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
    moving: false,
  },
  {
    name: "debian13",
    suite: "trixie",
    updates: [`${MIRROR} trixie-updates`, `${SECURITY} trixie-security`],
    packages: ["nodejs"],
    bringNode: false,
    moving: false,
  },
  { name: "sid", suite: "sid", updates: [], packages: ["nodejs"], bringNode: false, moving: true },
];

export function guestKind(name: GuestName): GuestKind {
  const kind = GUESTS.find((guest) => guest.name === name);
  if (!kind) throw new Error(`there is no guest ${name}`);
  return kind;
}
