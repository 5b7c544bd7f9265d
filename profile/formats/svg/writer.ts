import type { Profile } from "../../profile.ts";
import { BACKGROUND, TEXT_COLOUR } from "../picture/colours.ts";
import { Metrics, Picture, type PictureOptions } from "../picture/picture.ts";
import { escapeXml } from "./escape.ts";
import { SCRIPT } from "./script.ts";

export interface SvgOptions extends PictureOptions {
  /** With a script that zooms and searches; default false. */
  interactive?: boolean;
}

const FONT = "ui-monospace, 'DejaVu Sans Mono', Menlo, Consolas, 'Courier New', monospace";
const STYLE = `text{font-family:${FONT};font-size:${Metrics.fontSize}px;fill:${TEXT_COLOUR};pointer-events:none}
.h{font-size:${Metrics.titleSize}px;font-weight:bold}
.s{fill:#4a4f5a}
rect{rx:1px}
.w rect{stroke:${BACKGROUND};stroke-width:.6px}
.f{cursor:pointer}
.f:hover rect,.f:focus rect{stroke:#000;stroke-width:1px}
.f:focus{outline:none}
.a rect{opacity:.55}
.m rect{fill:#1f3fbf}
.m text{fill:#fff}
.x{display:none}
@media print{.i{display:none}}`;

/**
 * A flame graph as a stand-alone SVG, in pieces: nothing outside of it is asked for. The interactive one zooms by click
 * or Enter, searches by Ctrl-F, and is a still picture where scripts don't run.
 */
export function* writeSvg(profile: Profile, options: SvgOptions = {}): Generator<string> {
  const picture = new Picture(profile, options);
  const { width, height } = picture;
  const title = escapeXml(picture.title);
  yield `<?xml version="1.0" encoding="UTF-8"?>\n<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" role="img" aria-labelledby="title subtitle">\n`;
  yield `<title id="title">${title}</title>\n<style>${STYLE}</style>\n`;
  yield `<rect width="${width}" height="${height}" fill="${BACKGROUND}" stroke="none"/>\n`;
  yield `<text class="h" x="${Metrics.margin}" y="24">${title}</text>\n`;
  yield `<text class="s" id="subtitle" x="${Metrics.margin}" y="43">${escapeXml(picture.subtitle)}</text>\n`;
  yield `<g id="frames">\n`;
  for (const box of picture.boxes()) {
    const label = box.isRun ? "" : Picture.fit(box.name, box.width);
    const text =
      label === ""
        ? ""
        : `<text x="${decimal(box.x + Metrics.padding)}" y="${box.y + Metrics.rowHeight - 5}">${escapeXml(label)}</text>`;
    yield `<g class="f${box.isRun ? " r" : ""}${box.width < Metrics.outlineFrom ? "" : " w"}"><title>${escapeXml(box.name)}\n${escapeXml(box.detail)}</title><rect x="${decimal(box.x)}" y="${box.y}" width="${decimal(box.width)}" height="${box.height - 1}" fill="${box.fill}"/>${text}</g>\n`;
  }
  yield `</g>\n<text class="s" id="note" x="${Metrics.margin}" y="${height - 9}">${escapeXml(picture.note)}</text>\n`;
  if (options.interactive) yield `<script><![CDATA[\n${SCRIPT}]]></script>\n`;
  yield "</svg>\n";
}

/** To a hundredth of a pixel: the interactive picture scales up what is under one pixel. */
function decimal(value: number): string {
  return String(Math.round(value * 1000) / 1000);
}
