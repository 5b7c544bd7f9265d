import { GRAPH_KEYS, keyCap, PAGE_KEYS } from "../model/keys.ts";
import { byId, make } from "./elements.ts";

/** The help panel: how to read a flame graph (in index.html), and all keys. Returns what opens it. */
export function setUpHelp(): () => void {
  const dialog = byId("help", HTMLDialogElement);
  byId("keys", HTMLElement).append(
    ...GRAPH_KEYS.flatMap(({ keys, words }) => keyEntry(keys, words)),
    ...PAGE_KEYS.flatMap(({ key, words, where = "" }) => keyEntry([keyCap(key)], words, where)),
  );
  const open = () => {
    if (!dialog.open) dialog.showModal();
    dialog.scrollTop = 0;
  };
  byId("show-help", HTMLButtonElement).addEventListener("click", open);
  byId("close-help", HTMLButtonElement).addEventListener("click", () => dialog.close());
  return open;
}

function keyEntry(keys: readonly string[], words: string, where = ""): HTMLElement[] {
  const term = make("dt", where);
  for (const key of keys) term.append(make("kbd", "", key), " ");
  return [term, make("dd", where, words)];
}
