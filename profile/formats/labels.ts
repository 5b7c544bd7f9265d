/** Label of imported samples that `LabelKey` does not have: the CPU's number, as text. */
export const CPU_LABEL = "cpu";
