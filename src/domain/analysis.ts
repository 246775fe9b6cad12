import type { BlobHandle, LocalBytes } from './blob-store.ts';

/** One way of looking at a file. */
export type Analyzer = StreamAnalyzer | FileAnalyzer;

interface AnalyzerDeclaration {
  /** Key in `output_data.analyzers` and, for what is no core field, in `output_data.findings`. */
  readonly name: string;
  /** Changes whenever the same bytes may give another finding. */
  readonly version: string;
  /** Names of the analysers whose findings it builds on. They finish before it does. */
  readonly needs: readonly string[];
}

/** Sees each chunk of every file once, in order, in one pass that it shares with the others. Finds core fields. */
export interface StreamAnalyzer extends AnalyzerDeclaration {
  start(subject: AnalysisSubject): StreamAnalyzerRun;
}

export interface StreamAnalyzerRun {
  /** `chunk` is valid during the call only. Chunks are never empty; an empty file has none. */
  update(chunk: Uint8Array): void;
  /** The fields this analyser adds to `output_data`. `context` holds what earlier analysers found. */
  finish(context: Partial<CoreFields>): Promise<Partial<CoreFields>> | Partial<CoreFields>;
}

/** Reads wherever it likes in the files of some types, after the pass, in a thread that its budget may end. */
export interface FileAnalyzer extends AnalyzerDeclaration {
  accepts(mimeType: string): boolean;
  /** Longest run, in milliseconds. A file that takes longer fails with ANALYZER_TIMEOUT. */
  readonly budgetMs: number;
  /** What it may find: a zod schema. What is not in it is left out of the result. */
  readonly schema: { parse(found: unknown): Findings };
  /** @param context what the pass found, and what earlier analysers found if they accept the file */
  analyze(blob: BlobHandle, context: FileContext): Promise<unknown>;
}

export interface FileContext {
  readonly filename: string;
  readonly core: CoreFields;
  readonly findings: Readonly<Record<string, Findings>>;
}

/** What can be written as JSON. */
export type Findings = Readonly<Record<string, unknown>>;

/** A file to look at: where its bytes are, and what is recorded of it. */
export type AnalysisFile = (LocalBytes | StoredBytes) & {
  readonly filename: string;
  /** As recorded at the upload; `OutputData.size` is what was really read. */
  readonly size: number;
};

/** Bytes that no path leads to. */
export interface StoredBytes {
  readonly storageKey: string;
}

/** What is known of a file before it is read. */
export interface AnalysisSubject {
  readonly filename: string;
  readonly blob: BlobHandle;
  /** The first bytes of the file, at most `headBytes`; valid during `start` only. */
  readonly head: Uint8Array;
  /** `head` is all of it. */
  readonly whole: boolean;
}

export const headBytes = 65_536;

/** What every result has. */
export interface CoreFields {
  readonly mime_type: string;
  /** null for binary files, as are the other counts and the charset. */
  readonly word_count: number | null;
  readonly line_count: number | null;
  readonly character_count: number | null;
  readonly charset: string | null;
  readonly sha256: string;
  readonly size: number;
}

/** The document in `results.output_data`; docs/results.md describes it to users. */
export interface OutputData extends CoreFields {
  /** Version of this shape. Results of version 1 are kept, and have no findings. */
  readonly schema: 1 | 2;
  /** What analysers found beyond the core fields, by their names. */
  readonly findings?: Readonly<Record<string, Findings>>;
  readonly analyzers: Readonly<Record<string, string>>;
}

/**
 * What became of a file that was handed over with others. `again`: nothing was found out, as another one of them ended
 * the thread.
 */
export type HandOverOutcome = { readonly output: OutputData } | { readonly failure: unknown } | 'again';
