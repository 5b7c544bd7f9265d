import { displayName } from "../model/display-name.ts";
import type { ServedFile } from "./messages.ts";
import type { Server } from "./server.ts";

const POLL_MS = 1000;
const HEADINGS = ["Profile", "Size", "Recorded", "Samples", "Duration", "Started (UTC)", "Host"];

/** Shows the served files to choose from, until all are read. Throws ServerError. */
export async function showList(server: Server): Promise<void> {
  document.title = "Profiles – stapflame";
  const table = document.createElement("table");
  table.id = "served-profiles";
  Object.assign(table.style, { borderSpacing: "1.2rem 0.4rem", textAlign: "left" });
  let files = await fetchFiles(server);
  const message = document.getElementById("message");
  message?.after(table);
  message?.style.setProperty("display", "none");
  for (;;) {
    table.replaceChildren(
      heading(),
      ...files.map((file, index) => row(file, server.link(`/profiles/${index}`))),
    );
    if (files.every(({ facts, problem }) => facts !== undefined || problem !== undefined)) return;
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
    files = await fetchFiles(server);
  }
}

async function fetchFiles(server: Server): Promise<ServedFile[]> {
  return (await server.json("profiles")) as ServedFile[];
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
  link.textContent = displayName(name);
  link.style.color = "inherit";
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
  cell.append(typeof content === "string" ? displayName(content) : content);
  return cell;
}
