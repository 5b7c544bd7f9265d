import type { Theme } from "../model/palette.ts";

/** Light or dark: as the system says, until the button is pressed; printed pages are always light. */

const STORED = "stapflame-theme";

export class ThemeSwitch {
  readonly #button: HTMLButtonElement;
  readonly #system = matchMedia("(prefers-color-scheme: dark)");
  /** Called when the colours have changed. */
  onChange: () => void = () => {};
  #chosen: Theme | undefined = stored();
  #printing = false;

  constructor(button: HTMLButtonElement) {
    this.#button = button;
    button.addEventListener("click", () => {
      this.#chosen = this.current === "dark" ? "light" : "dark";
      store(this.#chosen);
      this.#apply();
    });
    this.#system.addEventListener("change", () => this.#apply());
    addEventListener("beforeprint", () => this.#setPrinting(true));
    addEventListener("afterprint", () => this.#setPrinting(false));
    this.#show();
  }

  get current(): Theme {
    if (this.#printing) return "light";
    return this.#chosen ?? (this.#system.matches ? "dark" : "light");
  }

  #setPrinting(printing: boolean): void {
    this.#printing = printing;
    this.#apply();
  }

  #apply(): void {
    this.#show();
    this.onChange();
  }

  #show(): void {
    document.documentElement.dataset.theme = this.current;
    const other = this.current === "dark" ? "light" : "dark";
    this.#button.textContent = this.current === "dark" ? "☀" : "☾";
    this.#button.setAttribute("aria-label", `Use ${other} colours`);
    this.#button.title = `Use ${other} colours`;
  }
}

/** Storage may be forbidden for files; the choice is then kept for this page only. */
function stored(): Theme | undefined {
  try {
    const value = localStorage.getItem(STORED);
    return value === "light" || value === "dark" ? value : undefined;
  } catch {
    return undefined;
  }
}

function store(theme: Theme): void {
  try {
    localStorage.setItem(STORED, theme);
  } catch {
    // Nothing is lost but the memory of it.
  }
}
