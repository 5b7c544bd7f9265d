import { type AnalysisState, analysisFromHash, analysisHash, INITIAL_ANALYSIS } from "./analysis-state.ts";
import { HashReader, HashWriter } from "./hash-text.ts";
import type { Theme } from "./palette.ts";

/**
 * All that a person has chosen, as the part of the address behind `#` holds it, so that back and forward work: what is
 * asked of the profile (model/analysis-state.ts), and how the page looks.
 */
export interface ViewState extends AnalysisState {
  /** `""`, or the zoom is into the siblings from `zoom` to the one with this path, each too narrow to see alone. */
  zoomEnd: string;
  /** Whether template arguments in names are folded to `<…>`. */
  fold: boolean;
  /** Whether the bars that choose samples are shown, though none is chosen. */
  filters: boolean;
  /** Whether the time strip is shown. */
  time: boolean;
  /** undefined: as this person likes it on all pages (view/preferences.ts), and not in the address. */
  colours: ColourMode | undefined;
  /** undefined: as this person likes it, else as the system says, and not in the address. */
  theme: Theme | undefined;
}

export const GROUPINGS = ["process", "pid", "thread", "none"] as const;

/** What the colour of a frame tells. */
export const COLOUR_MODES = ["change", "kind", "module", "package", "self", "name"] as const;
/** Those of a page that compares nothing. */
export const PLAIN_COLOUR_MODES = COLOUR_MODES.filter((mode) => mode !== "change");
export type ColourMode = (typeof COLOUR_MODES)[number];

export const THEMES: readonly Theme[] = ["light", "dark"];

export const INITIAL_STATE: ViewState = {
  ...INITIAL_ANALYSIS,
  zoomEnd: "",
  fold: false,
  filters: false,
  time: false,
  colours: undefined,
  theme: undefined,
};

/** `#direction=icicle&colours=module`; only what differs from the initial state; `""` when nothing does. */
export function toHash(state: ViewState): string {
  const out = new HashWriter();
  out.put("to", state.zoomEnd, "");
  for (const key of FLAGS) out.put(key, state[key] ? "1" : "", "");
  out.put("colours", state.colours ?? "", "");
  out.put("theme", state.theme ?? "", "");
  const looks = out.finish();
  const asked = analysisHash(state);
  return asked === "" ? looks : asked + looks.replace("#", "&");
}

/** Reads what `toHash` wrote; what is not understood is as at first. Never throws. */
export function fromHash(hash: string): ViewState {
  const parts = new HashReader(hash);
  const state: ViewState = { ...INITIAL_STATE, ...analysisFromHash(hash) };
  const end = parts.get("to");
  if (/^[\w-]{11}$/.test(end)) state.zoomEnd = end;
  for (const key of FLAGS) state[key] = parts.get(key) === "1";
  state.colours = COLOUR_MODES.find((mode) => mode === parts.get("colours"));
  state.theme = THEMES.find((theme) => theme === parts.get("theme"));
  return state;
}

const FLAGS = ["fold", "filters", "time"] as const;
