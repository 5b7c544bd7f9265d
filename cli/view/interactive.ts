import { setImmediate as nextTurn } from "node:timers/promises";
import type { Profile } from "../../profile/profile.ts";
import { type Size, Viewer } from "./model/viewer.ts";
import type { Capabilities } from "./terminal/capabilities.ts";
import { paintLine } from "./terminal/paint.ts";
import { Screen } from "./terminal/screen.ts";
import { TerminalSession } from "./terminal/session.ts";

/** Where a terminal does not tell its size. */
const USUAL: Size = { columns: 80, rows: 24 };

/** Shows a profile on the terminal until somebody leaves it, or it goes. */
export function viewInteractively(profile: Profile, { colors, glyphs }: Capabilities): Promise<void> {
  const viewer = new Viewer(profile, { glyphs, edges: colors !== 256 });
  const screen = new Screen();
  const { stdin, stdout } = process;
  return new Promise((resolve, reject) => {
    const waiting: string[] = [];
    let isWorking = false;

    const draw = () => {
      const size = { columns: stdout.columns || USUAL.columns, rows: stdout.rows || USUAL.rows };
      session.write(screen.update(viewer.screen(size).map((line) => paintLine(line, colors))));
    };
    const leave = () => {
      session.stop();
      resolve();
    };
    /** Takes the keys one by one; where one needs longer, the screen says so first. */
    const work = async () => {
      while (waiting.length > 0) {
        const wish = viewer.press(waiting.shift() ?? "");
        if (wish === "quit") return leave();
        if (wish === "suspend") session.suspend();
        if (wish === "redraw") screen.forget();
        if (viewer.isBusy(waiting.length > 0)) {
          draw();
          await nextTurn();
          if (viewer.isBusy(waiting.length > 0)) viewer.work();
        }
      }
      draw();
    };
    const session = new TerminalSession(stdin, stdout, {
      keys: (keys) => {
        waiting.push(...keys);
        if (isWorking) return;
        isWorking = true;
        work()
          .catch((error: unknown) => {
            session.stop();
            reject(error);
          })
          .finally(() => {
            isWorking = false;
          });
      },
      redraw: () => {
        screen.forget();
        draw();
      },
      gone: resolve,
    });
    session.start();
  });
}
