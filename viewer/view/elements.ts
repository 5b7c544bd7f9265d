/** Small helpers for making and finding elements. Text only ever goes in as text, never as markup. */

/** A new element with a class and text. */
export function make<Tag extends keyof HTMLElementTagNameMap>(
  tag: Tag,
  className = "",
  text = "",
): HTMLElementTagNameMap[Tag] {
  const element = document.createElement(tag);
  if (className !== "") element.className = className;
  if (text !== "") element.textContent = text;
  return element;
}

/** The element of index.html with this id; it is a mistake in the page when it is not there. */
export function byId<T extends HTMLElement>(id: string, type: new () => T): T {
  const element = document.getElementById(id);
  if (!(element instanceof type)) throw new Error(`index.html has no ${type.name} with id ${id}.`);
  return element;
}

/** A description list of (name, value). */
export function fillList(list: HTMLElement, entries: readonly (readonly [string, string])[]): void {
  list.replaceChildren(...entries.flatMap(([name, value]) => [make("dt", "", name), make("dd", "", value)]));
}
