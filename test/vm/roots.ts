import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { ROOT } from "../setup/build.ts";
import { inRoot } from "./chroot.ts";
import { CACHE, COMMON_PACKAGES, type ForeignHeaders, type GuestKind, MIRROR } from "./guests.ts";
import { shortly } from "./shortly.ts";
import { installedVersions, type Versions } from "./versions.ts";

/** Debian's packages move; a root older than this is made anew. */
const KEPT_MS = 7 * 24 * 3600 * 1000;
const APT_LIMIT_MS = 600_000;
/** Room for what tests write: the image is sparse. */
const SPARE_MB = 1024;

export interface GuestRoot {
  /** The root as a folder, for compiling in it by chroot. */
  folder: string;
  /** The same as an ext4 image. */
  image: string;
  kernel: string;
  initrd: string;
  /** Of the kernel that is booted. */
  release: string;
  versions: Versions;
}

const run = promisify(execFile);

/**
 * The root of a guest, made from packages unless one is kept that is new enough; that takes two minutes. Throws, with
 * the reason, when it cannot be made.
 */
export async function ensureRoot(kind: GuestKind): Promise<GuestRoot> {
  const recipe = createHash("sha256")
    .update(JSON.stringify([kind, COMMON_PACKAGES, MIRROR]))
    .digest("hex");
  const folder = join(CACHE, `${kind.name}-${recipe.slice(0, 12)}`);
  const root = join(folder, "root");
  if (!isFresh(root)) {
    try {
      await makeAnew(kind, folder);
    } catch (error) {
      throw new Error(
        `The guest ${kind.name} could not be made of Debian's packages (from ${MIRROR}, as root):\n${shortly(error)}`,
      );
    }
  }
  const image = join(folder, "root.ext4");
  if (bringOwnFiles(kind, root)) rmSync(image, { force: true });
  if (!existsSync(image)) await makeImage(root, image);
  return describe(root, image);
}

function describe(root: string, image: string): GuestRoot {
  const boot = join(root, "boot");
  const kernel = readdirSync(boot).find((name) => name.startsWith("vmlinuz-"));
  if (kernel === undefined) throw new Error(`there is no kernel in ${boot}: remove ${root}`);
  const release = kernel.slice("vmlinuz-".length);
  return {
    folder: root,
    image,
    kernel: join(boot, kernel),
    initrd: join(boot, `initrd.img-${release}`),
    release,
    versions: installedVersions(readFileSync(join(root, "var/lib/dpkg/status"), "utf8")),
  };
}

function isFresh(root: string): boolean {
  return existsSync(root) && Date.now() - statSync(join(root, "boot")).ctimeMs < KEPT_MS;
}

async function makeAnew(kind: GuestKind, folder: string): Promise<void> {
  const unfinished = `${folder}.unfinished`;
  rmSync(unfinished, { recursive: true, force: true });
  await installPackages(kind, join(unfinished, "root"));
  // Those of older recipes too.
  for (const name of readdirSync(CACHE)) {
    if (name.startsWith(`${kind.name}-`) && join(CACHE, name) !== unfinished) {
      rmSync(join(CACHE, name), { recursive: true, force: true });
    }
  }
  renameSync(unfinished, folder);
}

async function installPackages(kind: GuestKind, root: string): Promise<void> {
  mkdirSync(root, { recursive: true });
  await run("debootstrap", ["--variant=minbase", kind.suite, root, MIRROR], { maxBuffer: 2 ** 26 });
  const sources = [`${MIRROR} ${kind.suite}`, ...kind.updates].map((source) => `deb ${source} main\n`);
  writeFileSync(join(root, "etc/apt/sources.list"), sources.join(""));
  // A mirror that stands still for two weeks is still good enough to test with.
  writeFileSync(join(root, "etc/apt/apt.conf.d/99stapflame"), 'Acquire::Check-Valid-Until "false";\n');
  await inRoot(root, "apt-get update -q", APT_LIMIT_MS);
  const packages = [...COMMON_PACKAGES, ...kind.packages].join(" ");
  await inRoot(root, `apt-get install -y -q --no-install-recommends ${packages}`, APT_LIMIT_MS);
  if (kind.foreign) await addForeignHeaders(root, kind.foreign);
  await inRoot(
    root,
    "apt-get clean; rm -rf /var/lib/apt/lists/* /usr/share/doc/* /usr/share/locale/*",
    APT_LIMIT_MS,
  );
}

/**
 * Headers of another architecture beside our own. They are unpacked, not installed: as packages they want that
 * architecture's compiler and tools, but all but their configuration is the same as ours, and stands here already. Not
 * into the root itself: /lib is a link there, and a folder in the package.
 */
async function addForeignHeaders(root: string, { architecture, compiler }: ForeignHeaders): Promise<void> {
  const command = `set -e
    apt-get install -y -q --no-install-recommends ${compiler}
    dpkg --add-architecture ${architecture}
    apt-get update -q
    name=$(apt-cache depends linux-headers-${architecture}:${architecture} | sed -n 's/.*Depends: \\(linux-headers-[0-9].*\\)/\\1/p' | head -n 1)
    cd /tmp
    apt-get download -q $name
    dpkg-deb -x linux-headers-*_${architecture}.deb unpacked
    cp -a unpacked/usr/src/. /usr/src
    cp -a unpacked/lib/modules/. /lib/modules
    rm -r unpacked linux-headers-*_${architecture}.deb
    dpkg --remove-architecture ${architecture}`;
  await inRoot(root, command, APT_LIMIT_MS);
}

/** Puts into the root what does not come from packages. Returns whether anything changed. */
function bringOwnFiles(kind: GuestKind, root: string): boolean {
  const init = readFileSync(join(ROOT, "test/vm/guest-init.sh"));
  const installed = join(root, "sbin/guest-init");
  let changed = false;
  if (!existsSync(installed) || !readFileSync(installed).equals(init)) {
    writeFileSync(installed, init);
    chmodSync(installed, 0o755);
    changed = true;
  }
  const node = join(root, "usr/local/bin/node");
  if (kind.bringNode && !existsSync(node)) {
    copyFileSync(process.execPath, node);
    changed = true;
  }
  return changed;
}

async function makeImage(root: string, image: string): Promise<void> {
  const { stdout } = await run("du", ["-sm", "--one-file-system", root]);
  const megabytes = Math.ceil(Number.parseInt(stdout, 10) * 1.2) + SPARE_MB;
  const unfinished = `${image}.unfinished`;
  rmSync(unfinished, { force: true });
  await run("mkfs.ext4", ["-q", "-O", "^has_journal", "-d", root, unfinished, `${megabytes}M`]);
  renameSync(unfinished, image);
}
