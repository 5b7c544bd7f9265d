import { displayName } from "../model/display-name.ts";
import { byId, make } from "../view/elements.ts";
import type { ServedFile } from "./messages.ts";
import type { Server } from "./server.ts";

const POLL_MS = 1000;
/** Each with how it and the cells below it look (style/served.css). */
const HEADINGS = [
  ["Profile", "name"],
  ["Size", "number"],
  ["Recorded", "name"],
  ["Samples", "number"],
  ["Duration", "number"],
  ["Started (UTC)", "number"],
  ["Host", "name"],
] as const;

/** Shows the served files to choose from, until all are read. Throws ServerError. */
export async function showList(server: Server): Promise<void> {
  document.title = "Profiles – stapflame";
  byId("target", HTMLElement).textContent = "Profiles";
  const table = make("table");
  table.id = "served-profiles";
  let files = await fetchFiles(server);
  document.body.dataset.state = "list";
  byId("message", HTMLElement).after(table);
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
  const line = make("tr");
  for (const [text, look] of HEADINGS) {
    const cell = make("th", look, text);
    cell.scope = "col";
    line.append(cell);
  }
  return line;
}

function row({ name, size, facts, problem }: ServedFile, address: string): HTMLElement {
  const line = make("tr");
  const link = make("a", "", displayName(name));
  link.href = address;
  const texts = facts
    ? [facts.target, facts.weight, facts.duration, facts.started.replace("T", " "), facts.host]
    : [problem ?? "being read…"];
  const cells = [link, size, ...texts].map(cellOf);
  if (!facts) cells[2].colSpan = HEADINGS.length - 2;
  line.append(...cells);
  return line;
}

function cellOf(content: string | Node, column: number): HTMLTableCellElement {
  const cell = make("td", HEADINGS[column][1]);
  cell.append(typeof content === "string" ? displayName(content) : content);
  return cell;
}
