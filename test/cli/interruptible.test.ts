import { spawn } from "node:child_process";
import { once } from "node:events";
import { describe, expect, it } from "vitest";
import { interruptible } from "../../cli/interruptible.ts";
import { isLive } from "../../collector/targets.ts";

const never = new Promise<never>(() => {});

/** A signal that comes after some milliseconds. */
function interruptAfter(milliseconds: number): Promise<string> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds, "SIGINT"));
}

function sleeper() {
  const child = spawn("sleep", ["60"]);
  const { pid } = child;
  if (pid === undefined) throw new Error("sleep did not start");
  return { child, pid, ended: once(child, "exit") };
}

describe("work that can be interrupted", () => {
  it("gives its result, or its error, when nobody interrupts", async () => {
    const options = { interrupted: never, spare: [], discard: () => {} };
    expect(await interruptible(Promise.resolve(7), options)).toEqual({ kind: "done", value: 7 });
    await expect(interruptible(Promise.reject(new Error("no headers")), options)).rejects.toThrow(
      "no headers",
    );
  });

  it("has its programs ended, others spared, and may clean up", async () => {
    const compiler = sleeper();
    const command = sleeper();
    try {
      let cleaned = false;
      const work = compiler.ended.then(() => {
        cleaned = true;
        throw new Error("the compiler failed");
      });
      const options = { interrupted: interruptAfter(50), spare: [command.pid], discard: () => {} };
      expect(await interruptible(work, options)).toEqual({ kind: "interrupted" });
      expect(cleaned).toBe(true);
      expect(isLive(compiler.pid)).toBe(false);
      expect(isLive(command.pid)).toBe(true);
    } finally {
      command.child.kill("SIGKILL");
      compiler.child.kill("SIGKILL");
    }
  });

  it("that succeeds all the same has its result freed", async () => {
    const freed: string[] = [];
    const work = interruptAfter(100).then(() => "session");
    const options = {
      interrupted: interruptAfter(20),
      spare: [],
      discard: (value: string) => freed.push(value),
    };
    expect(await interruptible(work, options)).toEqual({ kind: "interrupted" });
    expect(freed).toEqual(["session"]);
  });
});
