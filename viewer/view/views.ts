import type { ViewId } from "../model/view-state.ts";
import { GraphView } from "./graph-view.ts";
import type { Page, View } from "./scene.ts";

/** One entry of the views switch. A new view is an entry here and its id in `VIEWS` (model/view-state.ts). */
export interface ViewEntry {
  id: ViewId;
  label: string;
  title: string;
  /** Makes the view inside an element of its own, when it is first shown. Entries with the same maker share one. */
  make(host: HTMLElement, page: Page): View;
}

const graph = (host: HTMLElement, page: Page) => new GraphView(host, page);

export const VIEW_ENTRIES: readonly ViewEntry[] = [
  { id: "flame", label: "Flame", title: "Callers below, callees above", make: graph },
  { id: "icicle", label: "Icicle", title: "Callers above, callees below", make: graph },
];
