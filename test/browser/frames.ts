import type { Page } from "playwright-core";
import { hashOfRow } from "../../profile/analysis/analysis.ts";
import { buildCallTree } from "../../profile/call-tree.ts";
import type { Profile } from "../../profile/profile.ts";
import type { GroupBy } from "../../profile/sample-groups.ts";

/** What tests ask of the page that is shown. */

/** The view that is shown; others that were looked at before are in the page, too. */
const VIEW = ".view:not([hidden])";

/** Frames of a picture that has come to rest. */
export const AT_REST = ".flame-chart[data-at-rest] g.frame";

/** The first drawn frame with exactly this label. */
export const frame = (page: Page, name: string) => labelled(page, "g.frame", name);
/** The same when the picture has come to rest. To point at: until then its element may become another frame's. */
export const restingFrame = (page: Page, name: string) => labelled(page, AT_REST, name);
const labelled = (page: Page, frames: string, name: string) =>
  page.locator(`${VIEW} ${frames}`, { hasText: new RegExp(`^${name}$`) }).first();
export const frameNames = (page: Page) => page.locator(`${VIEW} g.frame`).allTextContents();
export const widthOf = async (page: Page, name: string) =>
  (await frame(page, name).locator("rect").boundingBox())?.width ?? 0;
export const status = (page: Page) => page.locator("#frame-status").textContent();
export const result = (page: Page) => page.locator("#search-result");
/** The item that the keyboard is on, in the tree that stands for the picture. */
export const current = (page: Page) => page.locator(`${VIEW} .frame-tree .current`);
export const panel = (page: Page) => page.locator("#frame-panel");
/** What an address has of a zoom into a row of the call tree of all samples. */
export const zoomPath = (profile: Profile, row: number, groupBy: GroupBy = "none") =>
  hashOfRow(buildCallTree(profile, { groupBy }), row);
