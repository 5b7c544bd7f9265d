import type { Theme } from "../model/palette.ts";

const DARK = "(prefers-color-scheme: dark)";

export function systemTheme(): Theme {
  return matchMedia(DARK).matches ? "dark" : "light";
}

/** Light or dark: as the system says unless something else is chosen; printed pages are always light. */
export class ThemeWatch {
  #chosen: Theme | undefined;
  #printing = false;
  /** Called when the system, not a person, changed the colours. */
  onChange: () => void = () => {};

  constructor(chosen: Theme | undefined) {
    this.#chosen = chosen;
    matchMedia(DARK).addEventListener("change", () => this.#changed());
    addEventListener("beforeprint", () => this.#setPrinting(true));
    addEventListener("afterprint", () => this.#setPrinting(false));
    this.#apply();
  }

  get current(): Theme {
    if (this.#printing) return "light";
    return this.#chosen ?? systemTheme();
  }

  /** undefined: as the system says. */
  choose(theme: Theme | undefined): void {
    this.#chosen = theme;
    this.#apply();
  }

  #setPrinting(printing: boolean): void {
    this.#printing = printing;
    this.#changed();
  }

  #changed(): void {
    this.#apply();
    this.onChange();
  }

  #apply(): void {
    document.documentElement.dataset.theme = this.current;
  }
}

const NEXT: Record<Theme | "system", Theme | undefined> = { system: "light", light: "dark", dark: undefined };
const SIGNS: Record<Theme | "system", string> = { system: "◐", light: "☀", dark: "☾" };
const WORDS: Record<Theme | "system", string> = { system: "as the system", light: "light", dark: "dark" };

export function nextTheme(chosen: Theme | undefined): Theme | undefined {
  return NEXT[chosen ?? "system"];
}

/** The button that goes round: as the system, light, dark. */
export function showThemeButton(button: HTMLButtonElement, chosen: Theme | undefined): void {
  const now = chosen ?? "system";
  button.textContent = SIGNS[now];
  const words = `Theme: ${WORDS[now]}. Press for: ${WORDS[nextTheme(chosen) ?? "system"]}.`;
  button.setAttribute("aria-label", words);
  button.title = `${words} (t)`;
}
