import { type KeyAction, PAGE_KEYS } from "../model/keys.ts";

/** Keys that work everywhere on the page; arrows and Enter belong to the graph (view/flame-chart.ts). */
export function listenToKeys(run: (action: KeyAction) => void): void {
  addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
    // A dialog closes itself on Esc.
    if (document.querySelector("dialog[open]")) return;
    const known = PAGE_KEYS.find(({ key }) => key === event.key);
    if (known === undefined || (isTyping(event.target) && known.action !== "escape")) return;
    event.preventDefault();
    run(known.action);
  });
}

/** Letters typed in a field, or that choose an entry of a list, are no commands. */
function isTyping(target: EventTarget | null): boolean {
  return (
    target instanceof HTMLInputElement ||
    target instanceof HTMLSelectElement ||
    target instanceof HTMLTextAreaElement
  );
}
