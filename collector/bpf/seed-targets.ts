import { closeSync, openSync } from "node:fs";
import type { RecordSpec } from "../contract.ts";
import { type ProgramMaps, TID_KEY_BIT } from "./programs/plan.ts";
import { updateElement } from "./syscall.ts";

/** Puts the targets into the maps, as the user names them. */
export function seedTargets(spec: RecordSpec, maps: ProgramMaps): void {
  const { targets } = spec;
  if (targets.kind === "cgroup") putCgroup(maps.cgroup, targets.path);
  if (targets.kind === "tasks") putTasks(targets, maps);
}

/** Makes the cgroup at `path` the one that the map holds. */
function putCgroup(map: number, path: string): void {
  const directory = openSync(path, "r");
  try {
    updateElement(map, new Uint8Array(4), new Uint8Array(new Uint32Array([directory]).buffer));
  } finally {
    closeSync(directory);
  }
}

/** Start time 0 in the value: the task's own is not known from outside, so any entry with its id is its. */
function putTasks(
  { pids, tids }: Extract<RecordSpec["targets"], { kind: "tasks" }>,
  maps: ProgramMaps,
): void {
  const map = maps.seeds >= 0 ? maps.seeds : maps.targets;
  const put = (key: bigint) => {
    updateElement(map, new Uint8Array(new BigUint64Array([key]).buffer), new Uint8Array(8));
  };
  for (const pid of pids) put(BigInt(pid));
  for (const tid of tids) put(TID_KEY_BIT | BigInt(tid));
}
