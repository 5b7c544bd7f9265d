import { guestSuites } from "./suites.ts";

guestSuites("debian13");
