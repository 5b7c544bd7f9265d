import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { selectSamples } from "../../../profile/analysis/sample-filter.ts";
import {
  secondsOfRange,
  slicesOfColumns,
  timeMatrix,
  timeScale,
} from "../../../profile/analysis/time-matrix.ts";
import { profileOf } from "../picture.ts";
import { arbitraryFilter, arbitrarySamples } from "./arbitrary-samples.ts";
import { plainFilter, plainLabel, plainSamples } from "./oracle.ts";

const OPTIONS = { rowsBy: "pid", maxColumns: 100, maxRows: 10, valueIndex: 0 } as const;

const RECORDING = `
  comm=db pid=1 slice#=0 | f 4
  comm=db pid=1 slice#=2 | f 2
  comm=web pid=2 slice#=0 | f 1
  comm=web pid=3 slice#=5 | f 9
  comm=web pid=3 | f 3
  comm=swapper/0 pid=0 slice#=1 | idle 20
  comm=swapper/1 pid=0 slice#=1 | idle 30
`;

describe("timeMatrix", () => {
  test("is a row a process and a column a slice, idle processors apart, heaviest first", () => {
    const profile = profileOf(RECORDING);
    profile.comments = ["stapflame.slice-nanos: 100000000", "stapflame.drop: 7 the table was full"];
    profile.durationNanos = 0.75e9;
    const matrix = timeMatrix(profile, OPTIONS);
    expect(matrix?.rows.map(({ name, kind, count, total }) => [name, kind, count, total])).toEqual([
      ["web (3)", "rows", 1, 9],
      ["db (1)", "rows", 1, 6],
      ["web (2)", "rows", 1, 1],
      ["idle", "idle", 2, 50],
    ]);
    expect(matrix?.columns).toBe(8);
    expect([...(matrix?.sum ?? [])]).toEqual([5, 50, 2, 0, 0, 9, 0, 0]);
    expect([...(matrix?.idle ?? [])]).toEqual([0, 50, 0, 0, 0, 0, 0, 0]);
    expect(matrix).toMatchObject({ greatest: 9, withoutSlice: 3, sliceSeconds: 0.1, slices: 8 });
    expect(matrix?.lost).toEqual([{ cause: "the table was full", count: 7 }]);
  });

  test("joins slices and rows there is no room for, and says how many", () => {
    const matrix = timeMatrix(profileOf(RECORDING), { ...OPTIONS, maxColumns: 3, maxRows: 3 });
    expect(matrix?.slicesPerColumn).toBe(2);
    expect(matrix?.rows.map(({ name, count, total }) => [name, count, total])).toEqual([
      ["web (3)", 1, 9],
      ["2 others", 2, 7],
      ["idle", 2, 50],
    ]);
    expect([...(matrix?.weight ?? [])]).toEqual([0, 0, 9, 5, 2, 0, 50, 0, 0]);
    if (matrix === undefined) throw new Error("no matrix");
    expect(slicesOfColumns(matrix, 2, 1)).toEqual({ from: 2, to: 6 });
    expect(secondsOfRange({ ...matrix, sliceSeconds: 0.5 }, { from: 2, to: 6 })).toEqual({ from: 1, to: 3 });
    expect(secondsOfRange(matrix, { from: 2, to: 6 })).toBeUndefined();
  });

  test("is not there for recordings without slices, and takes slices that are none for what they are", () => {
    expect(timeScale(profileOf("a 1"))).toBeUndefined();
    expect(timeMatrix(profileOf("slice#=-4 | a 1\nslice#=1e300 | b 2"), OPTIONS)).toBeUndefined();
    const odd = profileOf("slice#=4000000000 | a 1\nslice#=Infinity | b 2\nslice#=0.5 | b 4");
    expect(timeMatrix(odd, OPTIONS)).toMatchObject({ columns: 100, withoutSlice: 2 });
  });

  test("says of each process and column what adding up samples gives, and its labels select just that", () => {
    const by = fc.constantFrom("process" as const, "pid" as const, "thread" as const);
    const size = fc.integer({ min: 1, max: 9 });
    fc.assert(
      fc.property(
        arbitrarySamples,
        by,
        arbitraryFilter,
        size,
        size,
        (profile, rowsBy, filter, maxColumns, maxRows) => {
          const whole = { ...filter, range: undefined };
          const taken = selectSamples(profile, whole);
          const matrix = timeMatrix(profile, { rowsBy, maxColumns, maxRows, taken, valueIndex: 0 });
          const plain = plainFilter(profile, plainSamples(profile, rowsBy), whole);
          const sliceOf = (row: number) => Number(plainLabel(profile, "slice", row) || "NaN");
          if (matrix === undefined) {
            expect(plainSamples(profile, rowsBy).every(({ row }) => Number.isNaN(sliceOf(row)))).toBe(true);
            return;
          }
          expect(matrix.rows.length).toBeLessThanOrEqual(maxRows);
          expect(matrix.columns).toBeLessThanOrEqual(maxColumns);
          const sum = (samples: typeof plain) => samples.reduce((total, { value }) => total + value, 0);
          const columnOf = (row: number) => Math.floor(sliceOf(row) / matrix.slicesPerColumn);
          expect(matrix.withoutSlice).toBe(sum(plain.filter(({ row }) => Number.isNaN(sliceOf(row)))));
          for (let column = 0; column < matrix.columns; column++) {
            const here = plain.filter(({ row }) => columnOf(row) === column);
            expect(matrix.sum[column]).toBe(sum(here));
            let rows = 0;
            for (const [row, { labels, kind }] of matrix.rows.entries()) {
              const weight = matrix.weight[row * matrix.columns + column];
              rows += weight;
              if (kind === "rows")
                expect(weight).toBe(sum(plainFilter(profile, here, { labels, range: undefined })));
            }
            expect(rows).toBe(sum(here));
          }
          const others = matrix.rows.find(({ kind }) => kind === "others");
          const groups = new Set(
            plain.filter(({ row }) => !Number.isNaN(sliceOf(row))).map((each) => each.groups.join()),
          );
          expect((others?.count ?? 0) + matrix.rows.filter(({ kind }) => kind === "rows").length).toBe(
            groups.size,
          );
        },
      ),
      { numRuns: 300 },
    );
  });
});
