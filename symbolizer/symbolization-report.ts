/** What `symbolizeProfile` did and could not do, for the terminal and for the profile's comments. */
export interface SymbolizationReport {
  /** Locations that got a name, that got none, and that had one before and were left alone. */
  named: number;
  unnamed: number;
  alreadyNamed: number;
  /** The same by mapping file, most unnamed first; `""` are locations without mapping. */
  mappings: MappingReport[];
  /** Files that could not be opened or understood, each once; those that a warning speaks of are not among them. */
  unreadable: { file: string; reason: string }[];
  /** Debug information that could not be used, or not all of it, with the reason. The file may have names all the same. */
  debugProblems: { file: string; reason: string }[];
  /** What limits the names, one sentence each, fit for `RecordingInfo.warnings`. */
  warnings: string[];
}

export interface MappingReport {
  file: string;
  named: number;
  unnamed: number;
}
