import { FRAME_KINDS, type TreeFrameKind } from "../../profile/frames.ts";
import type { Overview } from "./messages.ts";

const ROW_PIXELS = 20;
/** Share of the width below which a box gets no name. */
const MIN_NAMED = 0.03;

/** Light enough for black text. */
const FILLS: Record<TreeFrameKind, string> = {
  root: "#d4d4d4",
  process: "#d4d4d4",
  thread: "#e2e2e2",
  kernel: "#f0a29c",
  user: "#f2c078",
  library: "#9cc8f0",
  jit: "#9fd6a0",
  unknown: "#c4c4c4",
};

/** What is to be seen while a profile comes: a bar, and soon its widest frames, which can't be used yet. */
export class LoadingView {
  readonly #place = document.createElement("div");
  readonly #bar = document.createElement("progress");
  readonly #sentence = document.createElement("p");
  #picture: HTMLElement | undefined;

  constructor() {
    this.#place.id = "loading";
    this.#bar.style.width = "100%";
    this.#bar.setAttribute("aria-label", "Loading the profile");
    this.#sentence.textContent = "The server is reading the file…";
    this.#place.append(this.#bar, this.#sentence);
    // This says more than the page's own sentence, until that has to tell of a failure.
    const message = document.getElementById("message");
    message?.style.setProperty("display", "none");
    message?.after(this.#place);
  }

  /** `share` of what there is to come, from 0 to 1. */
  progress(share: number): void {
    this.#bar.value = share;
    this.#sentence.textContent = `Loading: ${Math.floor(share * 100)}%`;
  }

  showOverview({ name, kind, depth, left, width }: Overview): void {
    const picture = document.createElement("div");
    picture.setAttribute("role", "img");
    picture.setAttribute("aria-label", "The widest frames, callers above; the whole graph follows.");
    const levels = depth.reduce((most, level) => Math.max(most, level + 1), 0);
    Object.assign(picture.style, {
      position: "relative",
      height: `${levels * ROW_PIXELS}px`,
      overflow: "hidden",
    });
    for (const [box, text] of name.entries()) {
      const element = document.createElement("div");
      // As text, for names come from anywhere.
      if (width[box] >= MIN_NAMED) element.textContent = text;
      Object.assign(element.style, {
        position: "absolute",
        left: `${left[box] * 100}%`,
        width: `calc(${width[box] * 100}% - 1px)`,
        top: `${depth[box] * ROW_PIXELS}px`,
        height: `${ROW_PIXELS - 1}px`,
        background: FILLS[FRAME_KINDS[kind[box]] ?? "unknown"],
        color: "#111",
        font: "12px/19px sans-serif",
        whiteSpace: "nowrap",
        overflow: "hidden",
      });
      picture.append(element);
    }
    this.#picture?.remove();
    this.#picture = picture;
    this.#place.append(picture);
    requestAnimationFrame(() => performance.mark("stapflame-overview"));
  }

  remove(): void {
    document.getElementById("message")?.style.removeProperty("display");
    this.#place.remove();
  }
}
