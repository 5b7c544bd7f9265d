import { guestSuites } from "./suites.ts";

guestSuites("sid");
