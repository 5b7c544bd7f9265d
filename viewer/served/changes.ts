import type { Server } from "./server.ts";

const CHECK_MS = 15_000;

/**
 * Says so when the shown file changes on disk: asks when the page is looked at again, and now and then while it is.
 * `place` names the version that is shown.
 */
export function watchChanges(server: Server, place: string): void {
  let isOver = false;
  const check = async () => {
    if (isOver || document.visibilityState !== "visible") return;
    // The server may have ended: what is shown is whole without it.
    const answer = await server.json(place).catch(() => undefined);
    if (isOver || (answer as { current?: boolean } | undefined)?.current !== false) return;
    isOver = true;
    clearInterval(timer);
    showNotice("The file has changed on disk since it was loaded.");
  };
  const timer = setInterval(check, CHECK_MS);
  document.addEventListener("visibilitychange", check);
  addEventListener("focus", check);
}

function showNotice(sentence: string): void {
  const notice = document.createElement("div");
  notice.id = "served-notice";
  notice.setAttribute("role", "status");
  Object.assign(notice.style, {
    position: "fixed",
    insetInlineEnd: "1rem",
    bottom: "1rem",
    padding: "0.6rem 1rem",
    background: "Canvas",
    color: "CanvasText",
    border: "1px solid",
    borderRadius: "6px",
  });
  const reload = document.createElement("button");
  reload.type = "button";
  reload.textContent = "Reload";
  reload.style.marginInlineStart = "0.8rem";
  reload.addEventListener("click", () => location.reload());
  notice.append(sentence, reload);
  document.body.append(notice);
}
