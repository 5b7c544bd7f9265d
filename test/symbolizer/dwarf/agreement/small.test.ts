import { agreementTests } from "./agreement-tests.ts";

/**
 * Every kind of debug information that this machine's compilers write. elfutils takes milliseconds an address where C++
 * is inlined deep, so each run asks for few; `npm run test:dwarf` asks for 10,000 of each file.
 */
agreementTests("small", ["small"], 250);
