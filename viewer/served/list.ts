import type { ServedFile } from "./messages.ts";
import type { Server } from "./server.ts";

const POLL_MS = 1000;
const HEADINGS = ["Profile", "Size", "Recorded", "Samples", "Duration", "Started (UTC)", "Host"];

/** Shows the served files to choose from, until all are read. Throws ServerError. */
export async function showList(server: Server): Promise<void> {
  const message = document.getElementById("message");
  const table = document.createElement("table");
  table.id = "served-profiles";
  Object.assign(table.style, { borderSpacing: "1rem 0.3rem", textAlign: "left" });
  message?.after(table);
  document.title = "Profiles – stapflame";
  for (;;) {
    const files = (await server.json("profiles")) as ServedFile[];
    table.replaceChildren(
      heading(),
      ...files.map((file, index) => row(file, server.link(`/profiles/${index}`))),
    );
    if (message) message.textContent = `${files.length} profiles are served.`;
    if (files.every(({ facts, problem }) => facts !== undefined || problem !== undefined)) return;
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
}

function heading(): HTMLElement {
  const line = document.createElement("tr");
  for (const text of HEADINGS) {
    const cell = document.createElement("th");
    cell.scope = "col";
    cell.textContent = text;
    line.append(cell);
  }
  return line;
}

function row({ name, size, facts, problem }: ServedFile, address: string): HTMLElement {
  const line = document.createElement("tr");
  const link = document.createElement("a");
  link.href = address;
  link.textContent = name;
  line.append(cellOf(link), cellOf(size));
  if (facts) {
    const { target, weight, duration, started, host } = facts;
    line.append(...[target, weight, duration, started.replace("T", " "), host].map(cellOf));
  } else {
    const cell = cellOf(problem ?? "being read…");
    cell.colSpan = HEADINGS.length - 2;
    line.append(cell);
  }
  return line;
}

function cellOf(content: string | Node): HTMLTableCellElement {
  const cell = document.createElement("td");
  cell.append(content);
  return cell;
}
