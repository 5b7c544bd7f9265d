/** Numbers of the kernel's BPF helpers, from include/uapi/linux/bpf.h (`___BPF_FUNC_MAPPER`). */
export const Helper = {
  mapLookupElem: 1,
  mapUpdateElem: 2,
  mapDeleteElem: 3,
  ktimeGetNs: 5,
  getSmpProcessorId: 8,
  tailCall: 12,
  getCurrentPidTgid: 14,
  getCurrentComm: 16,
  getCurrentTask: 35,
  currentTaskUnderCgroup: 37,
  getStack: 67,
  probeReadUser: 112,
  probeReadKernel: 113,
  /** Linux 5.11. */
  getCurrentTaskBtf: 158,
  /** Linux 5.15. */
  taskPtRegs: 175,
  /** Linux 5.17. */
  loop: 181,
} as const;

/** Flag of `bpf_get_stack`: the user stack instead of the kernel's. */
export const BPF_F_USER_STACK = 1 << 8;

const NAMES = new Map<number, string>(
  Object.entries(Helper).map(([name, number]) => [
    number,
    `bpf_${name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)}`,
  ]),
);

/** The kernel's name of a helper, e.g. `bpf_map_lookup_elem`. */
export function helperName(number: number): string {
  return NAMES.get(number) ?? "unknown";
}
