import { fstatSync } from "node:fs";

/** A file as the kernel tells it from others: what a file has that took the place of another differs in one of them. */
export interface FileIdentity {
  inode: bigint;
  size: bigint;
  /** As the kernel has it: `major << 20 | minor`. */
  device: number;
}

/** Where the kernel side finds the block of a file by what it sees of the file itself, for processes that are not known. */
export interface FileIndex {
  /** False: there is no room. */
  set(file: FileIdentity, block: number): boolean;
  delete(file: FileIdentity): void;
}

/** What the kernel will see of an open file. On file systems that lie upon others it sees something else, and finds nothing. */
export function identityOf(fd: number): FileIdentity {
  const { ino, size, dev } = fstatSync(fd, { bigint: true });
  // As the C library's makedev has it.
  const major = ((dev >> 8n) & 0xfffn) | ((dev >> 32n) & ~0xfffn);
  const minor = (dev & 0xffn) | ((dev >> 12n) & ~0xffn);
  return { inode: ino, size, device: Number(((major << 20n) | (minor & 0xfffffn)) & 0xffffffffn) };
}
