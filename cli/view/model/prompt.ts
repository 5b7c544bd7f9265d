/** The search being typed. */
export class Prompt {
  text = "";

  /** `typing` as long as it goes on. */
  press(key: string): "typing" | "keep" | "cancel" {
    switch (key) {
      case "<enter>":
        return "keep";
      case "<escape>":
      case "<ctrl-c>":
        return "cancel";
      case "<backspace>":
        if (this.text === "") return "cancel";
        this.text = [...this.text].slice(0, -1).join("");
        return "typing";
      case "<ctrl-u>":
        this.text = "";
        return "typing";
      case "<ctrl-w>":
        this.text = this.text.replace(/\S*\s*$/, "");
        return "typing";
      default:
        if (!key.startsWith("<") || key === "<") this.text += key;
        return "typing";
    }
  }
}
