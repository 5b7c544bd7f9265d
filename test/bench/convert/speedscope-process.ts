import { readFileSync } from "node:fs";
import { speedscopeReads } from "../../profile/judges/speedscope.ts";

/** A whole process that reads a file as speedscope does; bundled and run by the benchmark. */
const [path] = process.argv.slice(2);
const { profiles } = await speedscopeReads(path, readFileSync(path));
process.stdout.write(`${profiles.length} profiles\n`);
