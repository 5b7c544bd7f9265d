import { runnerImport } from "vite";

const { module } = await runnerImport("./test/vm/shell.ts");
await module.shell(process.argv.slice(2));
