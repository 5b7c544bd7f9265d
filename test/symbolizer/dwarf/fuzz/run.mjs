import { runnerImport } from "vite";

const { module } = await runnerImport("./test/symbolizer/dwarf/fuzz/main.ts");
await module.main(process.argv.slice(2));
