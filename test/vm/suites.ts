import { afterAll, inject } from "vitest";
import type { CollectorName } from "../../collector/contract.ts";
import {
  agreementSuite,
  conformanceSuite,
  leafCallerSuite,
  otherNodeSuite,
  pidNamespaceSuite,
  tinyTablesSuite,
  wholeMachineSuite,
} from "./conformance.ts";
import { bootGuest, type Recording } from "./guest.ts";
import { testsIn } from "./guest-tests.ts";
import { type GuestName, guestKind, hasOtherNode } from "./guests.ts";
import type { Machine } from "./machine.ts";
import { moduleFileSuite, SIGNED_ONLY, signatureSuite } from "./module-files.ts";
import { once } from "./once.ts";
import { scopeOf } from "./scope.ts";
import { fuzzSuite, survivalSuite } from "./survival.ts";
import { hostileTablesSuite, unwindingSuite } from "./unwinding.ts";

const COLLECTORS: readonly CollectorName[] = ["bpf", "kmod", "stap"];

/** All tests that are the same in each guest. The guest is booted once for them. */
export function guestSuites(name: GuestName): void {
  const it = testsIn(name);
  const guest = bootedOnce(name);
  it("boots", async ({ figure }) => {
    const started = performance.now();
    await guest();
    figure("boot", `${((performance.now() - started) / 1000).toFixed(0)} s`);
  });
  const full = inject("full");
  const scope = scopeOf(name, full);
  const mixes = new Map<string, () => Promise<Recording>>();
  for (const collector of COLLECTORS) {
    mixes.set(collector, conformanceSuite(it, guest, collector));
  }
  agreementSuite(it, mixes);
  if (hasOtherNode(guestKind(name))) otherNodeSuite(it, guest);
  for (const collector of scope.wholeMachine) wholeMachineSuite(it, guest, collector);
  for (const collector of scope.tinyTables ? COLLECTORS : []) tinyTablesSuite(it, guest, collector);
  if (scope.pidNamespace) {
    for (const collector of ["bpf", "kmod"] as const) pidNamespaceSuite(it, guest, collector);
  }
  if (scope.leafCaller) leafCallerSuite(it, guest);
  unwindingSuite(it, guest, scope);
  for (const collector of scope.survivors) survivalSuite(it, guest, collector, full);
  if (scope.survivors.includes("kmod")) {
    fuzzSuite(it, guest, full);
    hostileTablesSuite(it, guest);
  }
  if (scope.moduleFiles) moduleFileSuite(it, guest, name);
}

/** Tests in a guest that loads signed modules only. */
export function signedOnlySuites(name: GuestName): void {
  signatureSuite(testsIn(name), bootedOnce(name, SIGNED_ONLY), name);
}

/** Boots a guest for the first test that asks for it, and shuts it down after the last test of the file. */
function bootedOnce(name: GuestName, append = ""): () => Promise<Machine> {
  let booted: Machine | undefined;
  afterAll(() => booted?.shutDown());
  return once(async () => {
    booted = await bootGuest(name, append);
    return booted;
  });
}
