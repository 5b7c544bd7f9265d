import { decodeSourceText, type SourceText } from "../../profile/source-text.ts";
import { unpack } from "./unpack.ts";

/** The source text that `embedSources` put into the page; none when there is none, or it is damaged. Never rejects. */
export async function loadSources(element: HTMLElement | null): Promise<SourceText> {
  const text = element?.textContent?.trim() ?? "";
  if (text === "") return [];
  try {
    return decodeSourceText(await unpack(text));
  } catch (error) {
    // The graph is whole without it.
    console.info("The source text in this page is damaged:", error);
    return [];
  }
}
