import { decodeColumns } from "../../profile/formats/columns.ts";
import { decodeSourceText, type SourceText } from "../../profile/source-text.ts";
import { watchChanges } from "../served/changes.ts";
import { showList } from "../served/list.ts";
import { LoadingView } from "../served/loading-view.ts";
import { type Manifest, SERVED_ATTRIBUTE, SERVED_LIST, type ServedState } from "../served/messages.ts";
import { fetchParts } from "../served/parts.ts";
import { Server, ServerError } from "../served/server.ts";
import type { LoadedProfile } from "./load-profile.ts";

/** Times that a file may change while it is loaded before that is said instead. */
const MAX_TRIES = 3;

/** Whether the page comes from `stapflame serve`, which tells it so in the place of a profile. */
export function isServed(element: HTMLElement | null): element is HTMLElement {
  return element?.hasAttribute(SERVED_ATTRIBUTE) === true;
}

/**
 * The profile that this page was asked to show, part by part: first a picture of its widest frames, then all of it.
 * Undefined where there is a list to choose from instead. Never rejects.
 */
export async function loadServed(element: HTMLElement): Promise<LoadedProfile | undefined> {
  const what = element.getAttribute(SERVED_ATTRIBUTE) ?? "";
  try {
    const server = new Server();
    if (what === SERVED_LIST) {
      await showList(server);
      return undefined;
    }
    const view = new LoadingView();
    return await load(server, `profiles/${what}`, view).finally(() => view.remove());
  } catch (error) {
    if (error instanceof ServerError) return { ok: false, sentence: error.message };
    const reason = error instanceof Error ? error.message : String(error);
    return { ok: false, sentence: `The profile could not be loaded (${reason}). Reload to try again.` };
  }
}

async function load(server: Server, path: string, view: LoadingView): Promise<LoadedProfile> {
  for (let tries = 0; tries < MAX_TRIES; tries++) {
    const manifest = await waitUntilRead(server, path, view);
    if (typeof manifest === "string") return { ok: false, sentence: manifest };
    document.title = `${manifest.title} – stapflame`;
    const place = `${path}/${manifest.version}`;
    const columns = await fetchParts(server, place, manifest, (done) => view.progress(done / manifest.bytes));
    if (columns === undefined) continue;
    const profile = decodeColumns(columns);
    watchChanges(server, place);
    return { ok: true, profile, sources: () => loadSources(server, place, manifest) };
  }
  return { ok: false, sentence: "The file keeps changing on disk. Reload when it is whole." };
}

/** Waits for the server to have read the file, showing the first picture as soon as there is one. */
async function waitUntilRead(server: Server, path: string, view: LoadingView): Promise<Manifest | string> {
  let hasOverview = false;
  for (;;) {
    const state = (await server.json(`${path}${hasOverview ? "?overview" : ""}`)) as ServedState;
    if (state.state === "failed") return state.sentence;
    if (state.overview !== undefined && !hasOverview) {
      view.showOverview(state.overview);
      hasOverview = true;
    }
    if (state.state === "ready") return state.manifest;
  }
}

async function loadSources(server: Server, place: string, { hasSources }: Manifest): Promise<SourceText> {
  if (!hasSources) return [];
  try {
    const response = await server.get(`${place}/sources`);
    return decodeSourceText(new Uint8Array(await response.arrayBuffer()));
  } catch (error) {
    // The graph is whole without it.
    console.info("The source text could not be loaded:", error);
    return [];
  }
}
