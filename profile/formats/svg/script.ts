import { Metrics } from "../picture/picture.ts";

/**
 * The script of interactive pictures: it works on the elements that are drawn, so that the picture is whole without
 * it. It uses no eval, asks nothing of any network, and builds no markup from text.
 *
 * State is the zoomed frame and the search; every change draws all anew. Of matches below matches only the outer one
 * counts, so that the share is of samples, each counted once.
 */
export const SCRIPT = `"use strict";
(function () {
  var MARGIN = ${Metrics.margin}, LETTER = ${Metrics.letterWidth}, PAD = ${Metrics.padding};
  var root = document.documentElement, width = root.viewBox.baseVal.width, inner = width - 2 * MARGIN;
  var note = document.getElementById("note"), still = note.textContent;
  var XML = "http://www.w3.org/2000/svg", HTML = "http://www.w3.org/1999/xhtml";
  var frames = Array.prototype.map.call(document.querySelectorAll(".f"), function (group, index) {
    var rect = group.querySelector("rect"), told = group.querySelector("title").textContent, cut = told.lastIndexOf("\\n");
    return {
      group: group, rect: rect, text: group.querySelector("text"), index: index, isRun: group.classList.contains("r"),
      name: told.slice(0, cut), detail: told.slice(cut + 1),
      x: rect.x.baseVal.value, y: rect.y.baseVal.value, width: rect.width.baseVal.value, isMatch: false
    };
  });
  var all = frames[0], zoomed = all;
  // Callers of the zoomed frame lie nearer to the root's row.
  function isNearerRoot(frame, other) { return Math.abs(frame.y - all.y) < Math.abs(other.y - all.y); }
  function covers(outer, frame) {
    return outer.x <= frame.x + 1e-3 && outer.x + outer.width >= frame.x + frame.width - 1e-3;
  }
  function label(frame, x, w) {
    var letters = Math.floor((w - 2 * PAD) / LETTER), name = frame.name;
    var shown = letters >= name.length ? name : letters < 3 ? "" : name.slice(0, letters - 1) + "\\u2026";
    if (frame.isRun && letters < name.length) shown = "";
    if (shown === "" && !frame.text) return;
    if (!frame.text) {
      frame.text = document.createElementNS(XML, "text");
      frame.text.setAttribute("y", frame.y + ${Metrics.rowHeight - 5});
      frame.group.appendChild(frame.text);
    }
    frame.text.textContent = shown;
    frame.text.setAttribute("x", Math.max(x, MARGIN) + PAD);
  }
  function draw() {
    var scale = inner / zoomed.width;
    frames.forEach(function (frame) {
      var isCaller = isNearerRoot(frame, zoomed) && covers(frame, zoomed);
      var isBelow = !isNearerRoot(frame, zoomed) && covers(zoomed, frame);
      var x = isCaller ? MARGIN : MARGIN + (frame.x - zoomed.x) * scale;
      var w = isCaller ? inner : frame.width * scale;
      frame.group.classList.toggle("x", !isCaller && !isBelow);
      frame.group.classList.toggle("a", isCaller);
      frame.group.classList.toggle("m", frame.isMatch);
      frame.group.classList.toggle("w", w >= ${Metrics.outlineFrom});
      frame.rect.setAttribute("x", x);
      frame.rect.setAttribute("width", Math.max(0, w));
      label(frame, x, w);
    });
    reset.classList.toggle("x", zoomed === all);
  }
  function zoom(frame) { zoomed = frame; draw(); }
  function tell(frame) { note.textContent = frame ? frame.name + " \\u2013 " + frame.detail : found || still; }

  var found = "";
  function search(text) {
    var matches = matcher(text), share = 0, count = 0, end = {};
    frames.forEach(function (frame) { frame.isMatch = matches !== null && !frame.isRun && matches(frame.name); });
    // Callers come before callees: a match whose caller matches adds nothing.
    var open = [];
    frames.forEach(function (frame) {
      if (!frame.isMatch) return;
      count++;
      while (open.length && !(isNearerRoot(open[open.length - 1], frame) && covers(open[open.length - 1], frame))) open.pop();
      if (!open.length) share += frame.width;
      open.push(frame);
    });
    found = text === "" ? "" : matches === null ? "This is no regular expression."
      : count + (count === 1 ? " frame matches, " : " frames match, ") + (100 * share / all.width).toFixed(2) + "% of all.";
    tell(null);
    draw();
  }
  /** Plain text, or a regular expression between slashes; null when that is none. */
  function matcher(text) {
    if (text === "") return function () { return false; };
    var pattern = /^\\/(.+)\\/(i?)$/.exec(text);
    if (!pattern) return function (name) { return name.toLowerCase().indexOf(text.toLowerCase()) >= 0; };
    try {
      var regex = new RegExp(pattern[1], pattern[2]);
      return function (name) { return regex.test(name); };
    } catch (error) { return null; }
  }

  var holder = document.createElementNS(XML, "foreignObject"), field = document.createElementNS(HTML, "input");
  holder.setAttribute("class", "i");
  holder.setAttribute("x", width - MARGIN - 240);
  holder.setAttribute("y", 8);
  holder.setAttribute("width", 240);
  holder.setAttribute("height", 28);
  field.setAttribute("type", "search");
  field.setAttribute("placeholder", "Search, or /regex/ (Ctrl-F)");
  field.setAttribute("aria-label", "Search for functions");
  field.style.cssText = "box-sizing:border-box;width:100%;height:26px;font:12px sans-serif;padding:2px 6px";
  holder.appendChild(field);
  root.appendChild(holder);
  field.addEventListener("input", function () { search(field.value.trim()); });

  var reset = document.createElementNS(XML, "text");
  reset.setAttribute("class", "i s x");
  reset.setAttribute("x", width - MARGIN - 330);
  reset.setAttribute("y", 26);
  reset.setAttribute("role", "button");
  reset.setAttribute("tabindex", "0");
  reset.setAttribute("style", "cursor:pointer;pointer-events:all;text-decoration:underline");
  reset.textContent = "Reset zoom";
  reset.addEventListener("click", function () { zoom(all); });
  root.appendChild(reset);
  root.setAttribute("role", "application");

  frames.forEach(function (frame) {
    if (frame.isRun) frame.group.style.cursor = "default";
    else {
      frame.group.setAttribute("tabindex", "0");
      frame.group.addEventListener("click", function () { zoom(frame); });
    }
    frame.group.addEventListener("mouseenter", function () { tell(frame); });
    frame.group.addEventListener("mouseleave", function () { tell(null); });
    frame.group.addEventListener("focus", function () { tell(frame); });
  });
  addEventListener("keydown", function (event) {
    if ((event.ctrlKey || event.metaKey) && event.key === "f" && document.activeElement !== field) {
      event.preventDefault();
      field.focus();
      field.select();
    } else if (event.key === "Escape") {
      if (field.value !== "") { field.value = ""; search(""); } else zoom(all);
    } else if (event.key === "Enter") {
      var at = document.activeElement;
      if (at === reset) zoom(all);
      frames.forEach(function (frame) { if (frame.group === at && !frame.isRun) zoom(frame); });
    }
  });
  if (all) draw();
})();
`;
