const LINES = 12;

/** An error of a program that was run, as its last lines; of anything else, its message. */
export function shortly(error: unknown): string {
  const { message, stdout, stderr } = error as { message: string; stdout?: unknown; stderr?: unknown };
  const said = [stdout, stderr].map((text) => String(text ?? "").trim()).filter((text) => text !== "");
  const lines = said.flatMap((text) => text.split("\n").slice(-LINES));
  return [message.split("\n")[0], ...lines].join("\n");
}
