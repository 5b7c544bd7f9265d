import { frameName } from "../../profile/frames.ts";
import { loadFormats } from "../data/load-formats.ts";
import { gzipped, pngOfSvg, saveFile } from "../data/save-file.ts";
import { shortName } from "../model/display-name.ts";
import { DATA_EXPORTS, exportData, exportSvg, lossWords, type PictureSource } from "../model/exports.ts";
import { filterWords } from "../model/filter-words.ts";
import { formatShare } from "../model/format.ts";
import { transformWords } from "../model/transform-words.ts";
import { byId, make } from "./elements.ts";
import type { Page, Part, Scene } from "./scene.ts";

declare const __STAPFLAME_VERSION__: string;

/** Pixels; as wide as a picture in a report is looked at. */
const PICTURE_WIDTH = 1_600;
/** Characters of the name of the zoomed frame in the picture's title. */
const MAX_TITLE_NAME = 40;

/** The menu that saves what is shown as a picture and the recording in other formats, and opens other files. */
export class FileMenu implements Part {
  readonly #menu = make("details", "menu");
  readonly #page: Page;
  /** What needs something to save. */
  readonly #saving: HTMLButtonElement[] = [];
  readonly #notes = new Map<(typeof DATA_EXPORTS)[number]["format"], HTMLElement>();
  #scene: Scene | undefined;
  /** What the notes are of. */
  #noted: string | undefined;

  /** `open`: a person chose a file. */
  constructor(page: Page, open: (file: File) => void) {
    this.#page = page;
    const summary = make("summary", "", "File");
    summary.title = "Save the picture or the recording, open another file";
    const list = make("div", "menu-list");
    list.append(
      make("p", "menu-title", "Save the graph as"),
      this.#saveEntry("SVG, to zoom and search", () => void this.#saveSvg()),
      this.#saveEntry("PNG", () => void this.#savePng()),
      make("p", "menu-title", "Save the whole recording as"),
      ...DATA_EXPORTS.map(({ format, label, ending }) => {
        const note = make("span", "menu-note");
        this.#notes.set(format, note);
        const entry = this.#saveEntry(label, () => void this.#saveData(format, ending));
        entry.append(note);
        return entry;
      }),
      make("p", "menu-title", "Open"),
      this.#entry("Another profile…", () => input.click()),
      make(
        "p",
        "menu-note",
        "pprof, folded, perf script, speedscope and others: also by dropping a file on the page.",
      ),
    );
    const input = make("input");
    input.type = "file";
    input.hidden = true;
    input.addEventListener("change", () => {
      if (input.files?.[0]) open(input.files[0]);
      input.value = "";
    });
    this.#menu.append(summary, list, input);
    byId("slot-export", HTMLElement).append(this.#menu);
    this.#listen(summary);
  }

  show(scene: Scene): void {
    this.#scene = scene;
    for (const entry of this.#saving) entry.disabled = false;
  }

  #entry(label: string, run: () => void): HTMLButtonElement {
    const button = make("button", "menu-entry", label);
    button.type = "button";
    button.addEventListener("click", () => {
      this.#menu.open = false;
      run();
    });
    return button;
  }

  #saveEntry(label: string, run: () => void): HTMLButtonElement {
    const entry = this.#entry(label, run);
    entry.disabled = true;
    this.#saving.push(entry);
    return entry;
  }

  #listen(summary: HTMLElement): void {
    this.#menu.addEventListener("toggle", () => {
      if (this.#menu.open) void this.#note();
    });
    this.#menu.addEventListener("keydown", (event) => {
      if (event.key !== "Escape" || !this.#menu.open) return;
      this.#menu.open = false;
      summary.focus();
      event.preventDefault();
    });
    addEventListener("pointerdown", (event) => {
      if (event.target instanceof Node && !this.#menu.contains(event.target)) this.#menu.open = false;
    });
  }

  /** What each format has no room for. */
  async #note(): Promise<void> {
    const scene = this.#scene;
    if (!scene) return;
    const { profile } = scene.source;
    const valueIndex = scene.source.valueIndex(scene.state);
    const key = `${scene.name} ${valueIndex}`;
    if (this.#noted === key) return;
    this.#noted = key;
    const formats = await loadFormats();
    for (const [format, note] of this.#notes)
      note.textContent = lossWords(formats, profile, format, valueIndex);
  }

  #picture(scene: Scene): PictureSource {
    const { source, state, tree, zoom, colours } = scene;
    return {
      profile: source.profile,
      tree,
      whole: source.whole(state),
      top: zoom.row,
      colours,
      icicle: scene.shown.inverted || state.direction === "icicle",
      title: pictureTitle(scene),
      valueIndex: source.valueIndex(state),
      width: PICTURE_WIDTH,
    };
  }

  async #saveSvg(): Promise<void> {
    const scene = this.#scene;
    if (!scene) return;
    const svg = exportSvg(await loadFormats(), this.#picture(scene), true);
    this.#save(new Blob([svg], { type: "image/svg+xml" }), "svg", "");
  }

  async #savePng(): Promise<void> {
    const scene = this.#scene;
    if (!scene) return;
    const png = await pngOfSvg(exportSvg(await loadFormats(), this.#picture(scene), false)).catch(
      () => undefined,
    );
    if (png === undefined) this.#page.say("The graph is too deep for a PNG. Zoom in, or save it as SVG.");
    else this.#save(png, "png", "");
  }

  async #saveData(format: (typeof DATA_EXPORTS)[number]["format"], ending: string): Promise<void> {
    const scene = this.#scene;
    if (!scene) return;
    const { source, state, name } = scene;
    const valueIndex = source.valueIndex(state);
    const exporter = `stapflame ${__STAPFLAME_VERSION__}`;
    const formats = await loadFormats();
    const parts = exportData(formats, source.profile, format, { name, valueIndex, exporter });
    const blob = ending.endsWith(".gz") ? await gzipped(parts) : new Blob(parts);
    this.#save(blob, ending, lossWords(formats, source.profile, format, valueIndex));
  }

  #save(blob: Blob, ending: string, loss: string): void {
    const base = (this.#scene?.name ?? "").replace(/[^\w.-]+/g, "-").replace(/^[-.]+|-+$/g, "");
    const name = `${base.slice(0, 60) || "profile"}.${ending}`;
    saveFile(blob, name);
    this.#page.say(`Saved as ${name}${loss === "" ? "" : `, ${loss}`}.`);
  }
}

/** What the graph is of, and what it leaves out: a picture that is passed on has no address to tell it. */
function pictureTitle({ name, state, shown, tree, zoom }: Scene): string {
  const { filter, transforms, minShare } = state;
  const parts = [
    name,
    zoom.row > 0
      ? `zoomed into ${shortName(frameName(tree.frames, tree.frame[zoom.row]), MAX_TITLE_NAME)}`
      : "",
    shown.inverted ? "inverted" : "",
    ...filter.labels.map(filterWords),
    filter.range ? "a range of time" : "",
    ...transforms.map(transformWords),
    minShare > 0 ? `from ${formatShare(minShare, 1)} on` : "",
  ];
  return parts.filter((part) => part !== "").join(" · ");
}
