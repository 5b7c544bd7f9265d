import { LOST } from "../model/chart-data.ts";
import type { Layout } from "../model/layout.ts";
import type { TreeItem } from "../model/tree-items.ts";
import { make } from "./elements.ts";

/** Where and what the items are: from the chart. */
export interface ItemPlacement {
  layout: Layout;
  rowHeight: number;
  direction: "flame" | "icicle";
  label(box: number): string;
  /** The block of lost samples, in pixels: an item beside the root. */
  lost: { left: number; width: number; label: string } | undefined;
}

/**
 * The tree that screen readers and the keyboard have in the place of the picture: one ARIA `treeitem` for each frame near
 * the current one, lying on its frame, invisible but for the ring of the focus. The current item alone can be tabbed to.
 */
export class FrameTree {
  readonly element = make("div", "frame-tree");
  /** By row of the call tree, so that the focused element stays when what is around it changes. */
  #items = new Map<number, HTMLElement>();
  readonly #lost = newItem(LOST);
  #current: HTMLElement | undefined;
  /** Asking the document would make the browser work out its styles. */
  #hasFocus = false;

  constructor(name: string) {
    this.element.addEventListener("focusin", () => {
      this.#hasFocus = true;
    });
    this.element.addEventListener("focusout", () => {
      this.#hasFocus = false;
    });
    this.element.setAttribute("role", "tree");
    this.element.setAttribute("aria-label", name);
    this.element.setAttribute("aria-orientation", "horizontal");
  }

  /** Shows `items`; `current` is the box of the one that can be tabbed to. `ring`: it is seen also without the focus. */
  show(items: readonly TreeItem[], current: number, ring: boolean, placement: ItemPlacement): void {
    const { layout } = placement;
    const hadFocus = this.#hasFocus;
    const kept = new Map<number, HTMLElement>();
    const elements: HTMLElement[] = [];
    for (const item of items) {
      const row = layout.row[item.box];
      const element = this.#items.get(row) ?? newItem(row);
      kept.set(row, element);
      describe(element, item, placement);
      const isCurrent = item.box === current;
      element.tabIndex = isCurrent ? 0 : -1;
      element.classList.toggle("current", isCurrent);
      element.classList.toggle("ringed", isCurrent && ring);
      if (isCurrent) this.#current = element;
      elements.push(element);
    }
    if (placement.lost) {
      describeLost(this.#lost, placement, placement.lost);
      elements.push(this.#lost);
    } else this.#lost.remove();
    for (const [row, element] of this.#items) if (!kept.has(row)) element.remove();
    this.#items = kept;
    // Only what is not in its place is moved: a moved element would lose the focus.
    let before: Element | null = this.element.firstElementChild;
    for (const element of elements) {
      if (element === before) before = element.nextElementSibling;
      else this.element.insertBefore(element, before);
    }
    if (hadFocus) this.focus();
  }

  /** Gives the current item the focus, without scrolling: the chart knows better where to. */
  focus(): void {
    this.#current?.focus({ preventScroll: true });
  }

  /** Gives the focus to the item of lost samples, which is at the base of the graph as the root beside it. */
  focusLost(): void {
    this.#lost.focus({ preventScroll: true });
  }

  static isLost(target: EventTarget | null): boolean {
    return target instanceof HTMLElement && target.dataset.row === String(LOST);
  }

  /** Row of the call tree of the item under an event. */
  static rowAt(target: EventTarget | null): number | undefined {
    const row = target instanceof HTMLElement ? Number(target.dataset.row) : Number.NaN;
    return row >= 0 ? row : undefined;
  }
}

function newItem(row: number): HTMLElement {
  const element = make("div");
  element.setAttribute("role", "treeitem");
  element.dataset.row = String(row);
  return element;
}

function describe(element: HTMLElement, item: TreeItem, placement: ItemPlacement): void {
  const { layout } = placement;
  const beside = item.level === 1 && placement.lost ? 1 : 0;
  element.setAttribute("aria-level", String(item.level));
  element.setAttribute("aria-posinset", String(item.position));
  element.setAttribute("aria-setsize", String(item.siblings + beside));
  if (item.expanded === undefined) element.removeAttribute("aria-expanded");
  else element.setAttribute("aria-expanded", String(item.expanded));
  element.setAttribute("aria-label", placement.label(item.box));
  place(element, placement, layout.depth[item.box], layout.left[item.box], layout.right[item.box]);
}

function describeLost(
  element: HTMLElement,
  placement: ItemPlacement,
  { left, width, label }: NonNullable<ItemPlacement["lost"]>,
): void {
  element.setAttribute("aria-level", "1");
  element.setAttribute("aria-posinset", "2");
  element.setAttribute("aria-setsize", "2");
  element.setAttribute("aria-label", label);
  element.tabIndex = -1;
  place(element, placement, 0, left, left + width);
}

function place(
  { style }: HTMLElement,
  { rowHeight, direction }: ItemPlacement,
  depth: number,
  left: number,
  right: number,
): void {
  style.left = `${left}px`;
  style.width = `${right - left}px`;
  style.height = `${rowHeight}px`;
  const distance = `${depth * rowHeight}px`;
  style.top = direction === "icicle" ? distance : "";
  style.bottom = direction === "flame" ? distance : "";
}
