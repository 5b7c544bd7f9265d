import type { TimeMatrix } from "../../profile/analysis/time-matrix.ts";

/** The least opacity of a cell that has any load, so that a single sample is seen. */
const FAINTEST = 0.12;

/**
 * Draws a load matrix: a row a process or thread, as wide as the canvas is shown. Cells are as dark as they are heavy, by
 * the square root, so that light load is seen beside heavy; the sum of others and the idle task are measured by
 * themselves. Colours and the height of rows are those of the style sheet.
 */
export function drawTimeMap(canvas: HTMLCanvasElement, matrix: TimeMatrix): void {
  const context = canvas.getContext("2d");
  if (context === null) return;
  const { columns, rows, weight } = matrix;
  const style = getComputedStyle(canvas);
  const busy = style.getPropertyValue("--time-busy").trim();
  const idle = style.getPropertyValue("--time-idle").trim();
  const rowHeight = Number.parseFloat(style.getPropertyValue("--time-row-height")) || 18;
  const width = Math.max(1, canvas.clientWidth);
  canvas.width = Math.round(width * devicePixelRatio);
  canvas.height = Math.round(rows.length * rowHeight * devicePixelRatio);
  canvas.style.height = `${rows.length * rowHeight}px`;
  context.scale(devicePixelRatio, devicePixelRatio);
  const cellWidth = width / columns;
  for (const [row, { kind }] of rows.entries()) {
    const loads = weight.subarray(row * columns, (row + 1) * columns);
    const most = kind === "rows" ? matrix.greatest : loads.reduce((a, b) => Math.max(a, b), 0);
    context.fillStyle = kind === "rows" ? busy : idle;
    for (let column = 0; column < columns; column++) {
      if (loads[column] <= 0) continue;
      context.globalAlpha = FAINTEST + (1 - FAINTEST) * Math.sqrt(Math.min(1, loads[column] / most));
      context.fillRect(column * cellWidth, row * rowHeight + 1, Math.max(cellWidth, 0.5), rowHeight - 2);
    }
  }
}
