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

/** The variable `db`, of signatures that the machine's owner trusts (UEFI specification, 32.4). */
const DB = "db-d719b2cb-3d3a-4596-a3bc-dad00e67656f";
/** Non-volatile; for boot services and for run time; written with a time and, once the machine has a platform key, a signature. */
const ATTRIBUTES = 0x27;
/** EFI_CERT_TYPE_PKCS7_GUID and EFI_CERT_X509_GUID, as they lie in memory. */
const PKCS7 = Buffer.from("9dd2af4adf68ee498aa9347d375665a7", "hex");
const X509 = Buffer.from("a159c0a5e494a74a87b5ab155c2bf072", "hex");
const WIN_CERT_REVISION = 0x0200;
const WIN_CERT_TYPE_EFI_GUID = 0x0ef1;

/**
 * Makes the key of a certificate (DER) one that the kernel trusts from the next boot on. The firmware takes it without a
 * signature as long as nobody has given it a platform key.
 */
export async function enrollKey(machine: Machine, certificate: Uint8Array): Promise<void> {
  const u16 = (value: number) => Buffer.from(new Uint16Array([value]).buffer);
  const u32 = (value: number) => Buffer.from(new Uint32Array([value]).buffer);
  // EFI_TIME: year, month, day, and nothing of the rest.
  const time = Buffer.concat([u16(2026), Buffer.from([1, 1]), Buffer.alloc(12)]);
  const unsigned = [u32(8 + PKCS7.length), u16(WIN_CERT_REVISION), u16(WIN_CERT_TYPE_EFI_GUID), PKCS7];
  const owner = Buffer.alloc(16);
  const size = owner.length + certificate.length;
  const list = [X509, u32(X509.length + 12 + size), u32(0), u32(size), owner, certificate];
  await machine.put("/tmp/variable", Buffer.concat([u32(ATTRIBUTES), time, ...unsigned, ...list]));
  const folder = "/sys/firmware/efi/efivars";
  // A variable is written by one call.
  await machine.must(
    `modprobe efivarfs; mount -t efivarfs efivarfs ${folder} && dd if=/tmp/variable of=${folder}/${DB} bs=64k && sync`,
  );
}
