import { basename } from "node:path";
import { BaseSequencer, type TestSpecification } from "vitest/node";

/** Files by how long they take, the longest first: two guests run at a time, and the last should not run alone. */
const LONGEST_FIRST = ["debian13", "debian12", "sid", "signed", "headers", "rules"];

/** Vitest itself begins with the largest file. */
export class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const rank = ({ moduleId }: TestSpecification) => LONGEST_FIRST.indexOf(basename(moduleId, ".test.ts"));
    return [...files].sort((a, b) => rank(a) - rank(b));
  }
}
