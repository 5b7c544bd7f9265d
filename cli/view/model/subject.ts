import { buildCallTree, type CallTree } from "../../../profile/call-tree.ts";
import { buildFrames, type ProfileFrames } from "../../../profile/frames.ts";
import type { Profile, ValueType } from "../../../profile/profile.ts";
import type { GroupBy } from "../../../profile/sample-groups.ts";
import { FunctionRows } from "./function-rows.ts";
import { InvertedNodes } from "./inverted-nodes.ts";

/** What all panes show: the samples weighed in one way and grouped in one way. Parts are made when first asked for. */
export class Subject {
  readonly tree: CallTree;
  readonly type: ValueType;
  readonly groupBy: GroupBy;
  #inverted: InvertedNodes | undefined;
  #functions: FunctionRows | undefined;

  constructor(tree: CallTree, type: ValueType, groupBy: GroupBy) {
    this.tree = tree;
    this.type = type;
    this.groupBy = groupBy;
  }

  get inverted(): InvertedNodes {
    this.#inverted ??= new InvertedNodes(this.tree);
    return this.#inverted;
  }

  get functions(): FunctionRows {
    this.#functions ??= new FunctionRows(this.tree);
    return this.#functions;
  }
}

/** The subjects of one profile. */
export class Subjects {
  readonly profile: Profile;
  readonly #frames: ProfileFrames;
  readonly #made = new Map<string, Subject>();

  constructor(profile: Profile) {
    this.profile = profile;
    this.#frames = buildFrames(profile);
  }

  get(groupBy: GroupBy, valueIndex: number): Subject {
    const key = `${groupBy} ${valueIndex}`;
    let subject = this.#made.get(key);
    if (subject === undefined) {
      const tree = buildCallTree(this.profile, { groupBy, valueIndex, frames: this.#frames });
      subject = new Subject(tree, this.profile.sampleTypes[valueIndex], groupBy);
      this.#made.set(key, subject);
    }
    return subject;
  }
}
