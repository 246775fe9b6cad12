/** One way of looking at a file. Analysers see each chunk once, in order, in one shared pass. */
export interface Analyzer {
  /** Key in `output_data.analyzers`. */
  readonly name: string;
  /** Changes whenever the same bytes may give another finding. */
  readonly version: string;
  start(subject: AnalysisSubject): AnalyzerRun;
}

export interface AnalyzerRun {
  /** `chunk` is valid during the call only. */
  update(chunk: Uint8Array): void;
  /** The fields this analyser adds to `output_data`. `context` holds what earlier analysers found. */
  finish(context: Readonly<Record<string, unknown>>): Promise<Record<string, unknown>> | Record<string, unknown>;
}

/** What is known of a file before it is read. */
export interface AnalysisSubject {
  readonly filename: string;
  readonly size: number;
  /** The first bytes of the file, at most `headBytes`. */
  readonly head: Uint8Array;
}

/** The document in `results.output_data`; docs/results.md describes it to users. */
export interface OutputData {
  /** Version of this shape. */
  readonly schema: 1;
  readonly mime_type: string;
  /** null for binary files. */
  readonly word_count: number | null;
  readonly line_count: number | null;
  readonly character_count: number | null;
  readonly charset: string | null;
  readonly sha256: string;
  readonly size: number;
  readonly analyzers: Readonly<Record<string, string>>;
}
