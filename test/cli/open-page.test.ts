import { describe, expect, it } from "vitest";
import { isPersonThere } from "../../cli/open-page.ts";

describe("whether a person is there to see the page", () => {
  it.runIf(process.platform === "linux")("needs a terminal and a display, and neither ssh nor CI", () => {
    expect(isPersonThere({ DISPLAY: ":0" }, true)).toBe(true);
    expect(isPersonThere({ WAYLAND_DISPLAY: "wayland-0" }, true)).toBe(true);
    expect(isPersonThere({ DISPLAY: ":0" }, false)).toBe(false);
    expect(isPersonThere({}, true)).toBe(false);
    expect(isPersonThere({ DISPLAY: ":10", SSH_CONNECTION: "1.2.3.4" }, true)).toBe(false);
    expect(isPersonThere({ DISPLAY: ":0", CI: "true" }, true)).toBe(false);
  });
});
