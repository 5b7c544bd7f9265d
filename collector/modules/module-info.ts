import { readFileSync, statSync } from "node:fs";
import { CollectorError, type CollectorName } from "../contract.ts";

/** What a built kernel module says of itself in its `.modinfo` section. */
export interface ModuleInfo {
  name: string;
  /** Release and build options of the kernel that it fits, e.g. `6.12.48+deb13-amd64 SMP preempt mod_unload `. */
  vermagic: string;
  /** The collector that made it; undefined for modules that are not ours. */
  collector: CollectorName | undefined;
  /** Device that it makes below /dev, if any. */
  device: string | undefined;
  /** Whether a signature is appended. */
  isSigned: boolean;
}

/** What scripts/sign-file ends a module with (MODULE_SIG_STRING, include/linux/module_signature.h). */
const SIGNATURE_MARK = "~Module signature appended~\n";
/** Built modules are below a megabyte. */
const MOST_BYTES = 64 * 1024 * 1024;
const ELF_MAGIC = "\x7fELF";
/** xz, zstd, gzip: as distributions install modules. */
const COMPRESSED = ["\xfd7zXZ", "\x28\xb5\x2f\xfd", "\x1f\x8b"];

/** Reads what the module file `path` says of itself. Throws CollectorError when it is not a kernel module. */
export function readModuleInfo(path: string): ModuleInfo {
  let text: string;
  try {
    text = statSync(path).size <= MOST_BYTES ? readFileSync(path, "latin1") : "";
  } catch (error) {
    throw new CollectorError(
      `the module ${path} cannot be read (${(error as NodeJS.ErrnoException).code})`,
      "Check the path, or build one with `stapflame build`.",
    );
  }
  const info = parseModuleInfo(text);
  if (info) return info;
  const compressed = COMPRESSED.some((magic) => text.startsWith(magic));
  throw new CollectorError(
    `${path} is not a kernel module`,
    compressed ? "It is compressed: unpack it first." : "Build one with `stapflame build`.",
  );
}

/** `bytes`: the file, a character a byte. Undefined when it is no module. */
export function parseModuleInfo(bytes: string): ModuleInfo | undefined {
  if (!bytes.startsWith(ELF_MAGIC)) return undefined;
  // The section is strings of key=value, each ended by a NUL: they are found without the section table.
  const vermagic = entry(bytes, "vermagic");
  const name = entry(bytes, "name");
  if (vermagic === undefined || name === undefined) return undefined;
  const collector = entry(bytes, "stapflame_collector");
  return {
    name,
    vermagic,
    collector: collector === "kmod" || collector === "stap" ? collector : undefined,
    device: entry(bytes, "stapflame_device"),
    isSigned: bytes.endsWith(SIGNATURE_MARK),
  };
}

function entry(bytes: string, key: string): string | undefined {
  const start = bytes.indexOf(`\0${key}=`);
  if (start < 0) return undefined;
  const from = start + key.length + 2;
  const end = bytes.indexOf("\0", from);
  return end < 0 ? undefined : bytes.slice(from, end);
}

/** The kernel release in a vermagic. */
export function releaseOf(vermagic: string): string {
  return vermagic.split(" ")[0];
}
