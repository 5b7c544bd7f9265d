/** A module that compresses, at its top level, for the seconds given: deep in the stack of Node.js' own loader. */
import { deflateSync } from "node:zlib";

const text = Buffer.alloc(1 << 20, "abcdefghij");
const end = Date.now() + 1000 * Number(process.argv[2]);
while (Date.now() < end) deflateSync(text);
