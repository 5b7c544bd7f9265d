import { signedOnlySuites } from "./suites.ts";

signedOnlySuites("debian13");
