import { copyFileSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ensureCommands } from "../setup/debian.ts";
import type { Machine } from "./machine.ts";
import type { Firmware } from "./qemu.ts";

/** Debian's build of EDK II, and its variables as they are at first. */
const CODE = "/usr/share/OVMF/OVMF_CODE_4M.fd";
const VARIABLES = "/usr/share/OVMF/OVMF_VARS_4M.fd";

/** A machine's firmware as it was bought; its variables are gone with `remove`. */
export function newFirmware(): Firmware & { remove(): void } {
  ensureCommands({ [CODE]: "ovmf" });
  const folder = mkdtempSync(join(tmpdir(), "stapflame-firmware-"));
  const variables = join(folder, "variables");
  copyFileSync(VARIABLES, variables);
  return { code: CODE, variables, remove: () => rmSync(folder, { recursive: true }) };
}

/** The list of machine owner keys, which shim hands to the kernel (https://github.com/rhboot/shim/blob/main/README.mok). */
const OWNER_KEYS = "MokListRT-605dab50-e046-4300-abb6-3dd810dd8b23";
/** Non-volatile; for boot services and for run time. */
const ATTRIBUTES = 7;
/** EFI_CERT_X509_GUID (UEFI specification, 32.4.1), as it lies in memory. */
const X509 = Buffer.from("a159c0a5e494a74a87b5ab155c2bf072", "hex");
const GUID_BYTES = 16;
const LIST_HEADER_BYTES = GUID_BYTES + 12;

/** Makes a certificate (DER) one of the machine's owner, in which the kernel trusts from the next boot on. */
export async function enrollKey(machine: Machine, certificate: Uint8Array): Promise<void> {
  const variable = Buffer.alloc(4 + LIST_HEADER_BYTES + GUID_BYTES + certificate.length);
  variable.writeUInt32LE(ATTRIBUTES, 0);
  X509.copy(variable, 4);
  const sizes = 4 + GUID_BYTES;
  variable.writeUInt32LE(variable.length - 4, sizes);
  variable.writeUInt32LE(GUID_BYTES + certificate.length, sizes + 8);
  variable.set(certificate, 4 + LIST_HEADER_BYTES + GUID_BYTES);
  await machine.put("/tmp/variable", variable);
  const folder = "/sys/firmware/efi/efivars";
  // A variable is written by one call.
  await machine.must(
    `modprobe efivarfs; mount -t efivarfs efivarfs ${folder} && dd if=/tmp/variable of=${folder}/${OWNER_KEYS} bs=64k && sync`,
  );
}
