import type { RecordingInfo } from "../../recording-info.ts";

/** What the `# …` lines of `perf script --header` tell. */
export class PerfFileHeader {
  perfVersion = "";
  kernel = "";
  machine = "";
  host = "";
  commandLine = "";
  /** When, in the zone of the machine that recorded, which is not told. */
  capturedOn = "";
  /** Samples a second; NaN when unknown or recorded by a fixed period. */
  frequency = Number.NaN;

  /** `text` is a line with its `#`. */
  line(text: string): void {
    const [, key, value] = /^# ([\w ]+?) *: (.*)$/.exec(text.slice(0, 4096)) ?? [];
    if (key === undefined) return;
    switch (key) {
      case "hostname":
        this.host = value.trim();
        break;
      case "os release":
        this.kernel = value.trim();
        break;
      case "arch":
        this.machine = value.trim();
        break;
      case "perf version":
        this.perfVersion = value.trim();
        break;
      case "cmdline":
        this.commandLine = value.trim();
        break;
      case "captured on":
        this.capturedOn = value.trim();
        break;
      case "event": {
        const [, frequency] = /sample_freq \} = (\d+)/.exec(value) ?? [];
        if (frequency !== undefined && /\bfreq = 1\b/.test(value)) this.frequency = Number(frequency);
        break;
      }
    }
  }

  recordingInfo(rest: Pick<RecordingInfo, "event" | "sliceNanos" | "drops" | "warnings">): RecordingInfo {
    return {
      tool: `perf ${this.perfVersion}`.trim(),
      // Whoever shows this knows by it that nobody counted what was lost.
      collector: "",
      kernel: `${this.kernel} ${this.machine}`.trim(),
      host: this.host,
      commandLine: this.commandLine,
      target: "",
      frequencyAsked: this.frequency,
      frequencyAchieved: Number.NaN,
      cutStacks: [],
      ...rest,
    };
  }
}
