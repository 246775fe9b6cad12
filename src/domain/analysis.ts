/** One way of looking at a file. Analysers see each chunk once, in order, in one shared pass. */
export interface Analyzer {
  /** Key in `output_data.analyzers`. */
  readonly name: string;
  /** Changes whenever the same bytes may give another finding. */
  readonly version: string;
  start(subject: AnalysisSubject): AnalyzerRun;
}

export interface AnalyzerRun {
  /** `chunk` is valid during the call only. Chunks are never empty; an empty file has none. */
  update(chunk: Uint8Array): void;
  /** The fields this analyser adds to `output_data`. `context` holds what earlier analysers found. */
  finish(context: Readonly<Record<string, unknown>>): Promise<Record<string, unknown>> | Record<string, unknown>;
}

/** A file to look at: where its bytes are, and what is recorded of it. */
export interface AnalysisFile {
  readonly path: string;
  readonly filename: string;
  /** As recorded at the upload; `OutputData.size` is what was really read. */
  readonly size: number;
  /** Where in the file at `path` the bytes are, when they are not all of it. */
  readonly range?: ByteRange | undefined;
  /** What they must have, when whoever stored them knows it: CRC32C (RFC 3720, appendix B.4). */
  readonly crc32c?: number | undefined;
}

/** In bytes. What lies beyond the end of the file is not there. */
export interface ByteRange {
  readonly offset: number;
  readonly length: number;
}

/** What is known of a file before it is read. */
export interface AnalysisSubject extends AnalysisFile {
  /** The first bytes of the file, at most `headBytes`; valid during `start` only. */
  readonly head: Uint8Array;
  /** `head` is all of it. */
  readonly whole: boolean;
}

export const headBytes = 65_536;

/** The document in `results.output_data`; docs/results.md describes it to users. */
export interface OutputData {
  /** Version of this shape. */
  readonly schema: 1;
  readonly mime_type: string;
  /** null for binary files, as are the other counts and the charset. */
  readonly word_count: number | null;
  readonly line_count: number | null;
  readonly character_count: number | null;
  readonly charset: string | null;
  readonly sha256: string;
  readonly size: number;
  readonly analyzers: Readonly<Record<string, string>>;
}

/**
 * What became of a file that was handed over with others. `again`: nothing was found out, as another one of them ended
 * the thread.
 */
export type HandOverOutcome = { readonly output: OutputData } | { readonly failure: unknown } | 'again';
