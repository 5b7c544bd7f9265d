import { make } from "./elements.ts";

/** Puts text on the clipboard. Works for pages opened as files, where browsers refuse the newer way. Never rejects. */
export async function copyText(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return copyBySelection(text);
  }
}

function copyBySelection(text: string): boolean {
  const focused = document.activeElement;
  const area = make("textarea", "copied-text");
  area.value = text;
  area.setAttribute("aria-hidden", "true");
  // In an open dialog everything else is inert, and what is inert cannot be selected.
  (document.querySelector("dialog[open]") ?? document.body).append(area);
  area.select();
  let done = false;
  try {
    done = document.execCommand("copy");
  } catch {
    // Said by the caller.
  }
  area.remove();
  if (focused instanceof HTMLElement) focused.focus({ preventScroll: true });
  return done;
}
