import { byId } from "./elements.ts";

/** The help panel. Returns what opens it. */
export function setUpHelp(): () => void {
  const dialog = byId("help", HTMLDialogElement);
  const open = () => dialog.showModal();
  byId("show-help", HTMLButtonElement).addEventListener("click", open);
  byId("close-help", HTMLButtonElement).addEventListener("click", () => dialog.close());
  return open;
}
