import type { Theme } from "../model/palette.ts";
import { COLOUR_MODES, type ColourMode, THEMES } from "../model/view-state.ts";

/**
 * What a person likes on all pages of stapflame. Kept in the browser's storage where that is allowed, which it often is not
 * for files; else for this page only.
 */
export class Preferences {
  readonly #kept = new Map<string, string>();

  get theme(): Theme | undefined {
    const value = this.#read("theme");
    return THEMES.find((each) => each === value);
  }

  /** undefined: as the system says. */
  set theme(theme: Theme | undefined) {
    this.#write("theme", theme ?? "");
  }

  get colours(): ColourMode | undefined {
    const value = this.#read("colours");
    return COLOUR_MODES.find((each) => each === value);
  }

  set colours(colours: ColourMode | undefined) {
    this.#write("colours", colours ?? "");
  }

  /** Whether the sentence on how to read a flame graph was put away. */
  get knowsHow(): boolean {
    return this.#read("knows-how") === "1";
  }

  set knowsHow(knows: boolean) {
    this.#write("knows-how", knows ? "1" : "");
  }

  #read(name: string): string {
    const kept = this.#kept.get(name);
    if (kept !== undefined) return kept;
    try {
      return localStorage.getItem(`stapflame-${name}`) ?? "";
    } catch {
      return "";
    }
  }

  #write(name: string, value: string): void {
    this.#kept.set(name, value);
    try {
      if (value === "") localStorage.removeItem(`stapflame-${name}`);
      else localStorage.setItem(`stapflame-${name}`, value);
    } catch {
      // Nothing is lost but the memory of it.
    }
  }
}
