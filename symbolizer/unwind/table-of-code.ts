import { type Found, found, missing } from "../found.ts";
import { packUnwindTable } from "./pack-table.ts";
import { RowBuilder } from "./row-builder.ts";
import { RuleDictionary } from "./rule-dictionary.ts";
import type { TableAnswer } from "./table-of-file.ts";
import { followCode } from "./x86/follow-code.ts";

/** The table of x86-64 code that lies in memory, by what it does with its stack; its addresses count from its first byte. Never throws on what that is. */
export function tableOfCode(code: Uint8Array): Found<TableAnswer> {
  const rows = new RowBuilder();
  const dictionary = new RuleDictionary();
  followCode(
    code,
    0,
    () => undefined,
    (address, rule) => rows.add(address, dictionary.indexOfRule(rule)),
  );
  rows.add(code.length, 0);
  const { starts: rowStarts, rules: ruleIndexes } = rows.rows();
  let followedBytes = 0;
  for (const [row, rule] of ruleIndexes.entries())
    if (rule !== 0) followedBytes += rowStarts[row + 1] - rowStarts[row];
  if (followedBytes === 0) return missing("cannot be followed");
  const segments = [{ fileOffset: 0, address: 0, bytes: code.length }];
  const table = {
    machine: "x86-64" as const,
    buildId: "",
    pieces: packUnwindTable({ segments, rowStarts, ruleIndexes, rules: dictionary.words() }),
    segments,
    stats: {
      sections: [],
      fdes: 0,
      leftOut: {},
      cut: 0,
      rows: rowStarts.length,
      followedBytes,
      inexpressible: {},
      lostFramePointer: {},
      full: rows.full,
    },
    mergedRows: rowStarts.length,
  };
  return found({ table, fromCache: false });
}
