import { FRAME_CHANGES, type FrameChange } from "../model/frame-changes.ts";
import type { FrameFacts } from "../model/frame-facts.ts";
import type { SourceBlock, SourceRow } from "../model/source-view.ts";
import { byId, fillList, make } from "./elements.ts";
import { frameMarks } from "./frame-marks.ts";

/** All that the panel shows of one frame. */
export interface PanelContent {
  facts: FrameFacts;
  details: [name: string, value: string][];
  /** undefined: still being unpacked. */
  blocks: SourceBlock[] | undefined;
  /** Whether a change makes sense with this frame. */
  possible(change: FrameChange): boolean;
}

/** Shown where a frame has no line that is known, e.g. without debug information. */
const NO_LINES = "No lines are known of this frame: its program has no debug information here.";

export interface PanelEvents {
  close(): void;
  copyName(): void;
  copyStack(): void;
  /** The frame's callers and callees. */
  sandwich(): void;
  change(change: FrameChange): void;
}

/** The panel beside the graph: all about the chosen frame, its lines, and source text where the page has it. */
export class FramePanel {
  readonly #panel = byId("frame-panel", HTMLElement);
  readonly #changes = new Map<FrameChange, HTMLButtonElement>();
  readonly #content = byId("frame-panel-content", HTMLElement);

  constructor(events: PanelEvents) {
    // It scrolls, so the keyboard must get there.
    this.#panel.tabIndex = 0;
    byId("close-panel", HTMLButtonElement).addEventListener("click", () => events.close());
    byId("copy-name", HTMLButtonElement).addEventListener("click", () => events.copyName());
    byId("copy-stack", HTMLButtonElement).addEventListener("click", () => events.copyStack());
    this.#add("Callers and callees", "what called it above, what it called below (o)", () =>
      events.sandwich(),
    );
    for (const { change, key, label, words } of FRAME_CHANGES) {
      const button = this.#add(
        label,
        `${words} (${key === key.toLowerCase() ? key : `Shift + ${key.toLowerCase()}`})`,
        () => events.change(change),
      );
      this.#changes.set(change, button);
    }
  }

  #add(label: string, words: string, run: () => void): HTMLButtonElement {
    const button = make("button", "small", label);
    button.type = "button";
    button.title = words[0].toUpperCase() + words.slice(1);
    button.addEventListener("click", run);
    byId("panel-changes", HTMLElement).append(button);
    return button;
  }

  hide(): void {
    this.#panel.hidden = true;
    this.#content.replaceChildren();
  }

  show({ facts, details, blocks, possible }: PanelContent): void {
    for (const [change, button] of this.#changes) button.disabled = !possible(change);
    const name = make("h2", "panel-name", facts.name);
    name.dir = "ltr";
    const marks = frameMarks(facts);
    const list = make("dl", "numbers");
    fillList(list, details);
    const scrolled = this.#panel.scrollTop;
    const isSame = this.#content.querySelector(".panel-name")?.textContent === facts.name;
    const verdict = facts.verdict.map((sentence) => make("p", "panel-verdict", sentence));
    this.#content.replaceChildren(name, marks, list, ...verdict, ...sourceElements(facts, blocks));
    this.#panel.hidden = false;
    this.#panel.scrollTop = isSame ? scrolled : 0;
  }
}

function sourceElements(facts: FrameFacts, blocks: SourceBlock[] | undefined): HTMLElement[] {
  if (facts.verdict.length > 0) return [];
  if (blocks === undefined) return [make("p", "panel-note", "Reading the source text…")];
  const isFunction = !["root", "process", "thread"].includes(facts.kind);
  if (blocks.length === 0) return isFunction ? [make("p", "panel-note", NO_LINES)] : [];
  return blocks.map(blockElement);
}

function blockElement(block: SourceBlock): HTMLElement {
  const section = make("section", "source");
  const title = make("h3", "source-path", block.path);
  title.dir = "ltr";
  section.append(title);
  if (block.warning !== "") {
    const warning = make("p", "source-warning", block.warning);
    warning.setAttribute("role", "note");
    section.append(warning);
  }
  if (block.missing !== "")
    section.append(make("p", "panel-note", `No source text: the file ${block.missing}.`));
  const scroller = make("div", "source-scroller");
  scroller.tabIndex = 0;
  scroller.setAttribute("role", "region");
  scroller.setAttribute("aria-label", `Lines of ${block.path}`);
  const table = make("table");
  const head = make("thead");
  const headings = make("tr");
  for (const text of ["Line", "Total", "Self"]) headings.append(columnHeading(text));
  headings.append(columnHeading(block.rows.some(hasText) ? "Source" : ""));
  head.append(headings);
  const body = make("tbody");
  body.append(...block.rows.map(rowElement));
  table.append(head, body);
  scroller.append(table);
  section.append(scroller);
  return section;
}

function columnHeading(text: string): HTMLElement {
  if (text === "") return make("td");
  const heading = make("th", "", text);
  heading.scope = "col";
  return heading;
}

function hasText(row: SourceRow): boolean {
  return row.kind === "line" && row.text !== "";
}

function rowElement(row: SourceRow): HTMLElement {
  const element = make("tr");
  if (row.kind === "gap") {
    element.className = "gap";
    const cell = make("td", "", "⋮");
    cell.colSpan = 4;
    element.append(cell);
    return element;
  }
  if (row.share > 0) {
    element.className = "sampled";
    element.style.setProperty("--share", `${(100 * row.share).toFixed(2)}%`);
  }
  const code = make("td", "code", row.text);
  code.dir = "ltr";
  element.append(
    make("td", "line-number", String(row.line)),
    make("td", "share total", row.total),
    make("td", "share", row.self),
    code,
  );
  return element;
}
