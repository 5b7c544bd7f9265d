import { agreementTests } from "./agreement-tests.ts";

/** All files of the corpus, also what Debian distributes, with as many addresses as it takes to find what is rare. */
agreementTests("all", ["small", "large"], 10_000);
