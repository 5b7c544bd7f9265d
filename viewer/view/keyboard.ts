/** Keys that work everywhere on the page; arrows and Enter belong to the graph (view/chart.ts). */

export interface PageKeys {
  focusSearch(): void;
  showHelp(): void;
  togglePanel(): void;
  /** Esc: undoes one thing. */
  escape(): void;
}

export function listenToKeys(keys: PageKeys): void {
  addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
    // A dialog closes itself on Esc.
    if (document.querySelector("dialog[open]")) return;
    const typing = event.target instanceof HTMLInputElement;
    if (event.key === "Escape") keys.escape();
    else if (typing) return;
    else if (event.key === "/") keys.focusSearch();
    else if (event.key === "?") keys.showHelp();
    else if (event.key === "d") keys.togglePanel();
    else return;
    event.preventDefault();
  });
}
