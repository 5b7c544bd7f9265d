/** A kernel module that is to be built ahead of time, perhaps for another machine. */
export interface BuildRequest {
  /** Kernel release as `uname -r` prints it there. */
  release: string;
  /** Folder of the kernel's headers; by default /lib/modules/RELEASE/build. */
  headers: string | undefined;
  /** Where the module goes. */
  output: string;
  /** To sign it with: files of a private key and an X.509 certificate, as the kernel's sign-file takes them. */
  signing: { key: string; certificate: string } | undefined;
  /** Samples a second, for collectors that compile it in; undefined: the collector's own. */
  frequencyHz: number | undefined;
  /** Upper bound of kernel memory, for collectors that compile it in; undefined: the collector's own. */
  kernelMemoryBytes: number | undefined;
  /** Absolute paths of programs and libraries whose callers are to be told, for collectors that compile unwind data in. */
  unwind: string[];
}
