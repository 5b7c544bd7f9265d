import { execFile } from "node:child_process";
import { promisify } from "node:util";

export interface ChrootResult {
  stdout: string;
  stderr: string;
}

/**
 * Runs a shell command in a root by chroot, with /proc, which kernels' build tools need. Throws, as `execFile` does,
 * when it fails or takes too long. `bind`: a folder of this machine that is seen there.
 */
export async function inRoot(
  root: string,
  command: string,
  timeoutMs: number,
  bind?: { from: string; to: string },
): Promise<ChrootResult> {
  const mounts = ['mount -t proc proc "$0/proc"', ...(bind ? ['mount --bind "$2" "$0$3"'] : [])];
  const script = `${mounts.join(" && ")} && exec chroot "$0" /bin/sh -c "$1"`;
  // A mount namespace of its own: the mount is gone with the command.
  return promisify(execFile)(
    "unshare",
    ["--mount", "/bin/sh", "-c", script, root, command, bind?.from ?? "", bind?.to ?? ""],
    {
      timeout: timeoutMs,
      maxBuffer: 2 ** 26,
      env: {
        PATH: "/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
        HOME: "/root",
        LANG: "C",
        DEBIAN_FRONTEND: "noninteractive",
      },
    },
  );
}
