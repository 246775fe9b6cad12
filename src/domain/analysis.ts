import type { BlobHandle, LocalBytes } from './blob-store.ts';

/** A kind of analysis. */
export type Analyzer = StreamAnalyzer | FileAnalyzer;

interface AnalyzerDeclaration {
  /** The key in `output_data.analyzers` and, for other than core fields, in `output_data.findings`. */
  readonly name: string;
  /** Changes whenever the same bytes may give other findings. */
  readonly version: string;
  /** The analysers whose findings it uses. They finish first. */
  readonly needs: readonly string[];
}

/** Sees each chunk of every file once, in order, in a pass that all of them share. Finds core fields. */
export interface StreamAnalyzer extends AnalyzerDeclaration {
  start(subject: AnalysisSubject): StreamAnalyzerRun;
}

export interface StreamAnalyzerRun {
  /** `chunk` is valid only during the call. A chunk is never empty; an empty file has none. */
  update(chunk: Uint8Array): void;
  /** The fields that this analyser adds to `output_data`; `context` holds the findings of earlier ones. */
  finish(context: Partial<CoreFields>): Promise<Partial<CoreFields>> | Partial<CoreFields>;
}

/** Reads files of some types at any position, after the pass, in a thread that is ended when its budget is used up. */
export interface FileAnalyzer extends AnalyzerDeclaration {
  accepts(mimeType: string): boolean;
  /** The longest run, in milliseconds. A file that takes longer fails with ANALYZER_TIMEOUT. */
  readonly budgetMs: number;
  /** A zod schema of its findings. Fields that are not in it are left out of the result. */
  readonly schema: { parse(found: unknown): Findings };
  /** @param context the findings of the pass, and of the earlier analysers that accept the file */
  analyze(blob: BlobHandle, context: FileContext): Promise<unknown>;
}

export interface FileContext {
  readonly filename: string;
  readonly core: CoreFields;
  readonly findings: Readonly<Record<string, Findings>>;
}

/** A JSON object. */
export type Findings = Readonly<Record<string, unknown>>;

/** A file to analyse: where its bytes are, and what its record says. */
export type AnalysisFile = (LocalBytes | StoredBytes) & {
  readonly filename: string;
  /** The size recorded at the upload; `OutputData.size` is the number of bytes that were read. */
  readonly size: number;
};

/** Bytes without a local path. */
export interface StoredBytes {
  readonly storageKey: string;
}

/** What is known about a file before it is read. */
export interface AnalysisSubject {
  readonly filename: string;
  readonly blob: BlobHandle;
  /** The first bytes of the file, at most `headBytes`; valid only during `start`. */
  readonly head: Uint8Array;
  /** Whether `head` is the whole file. */
  readonly whole: boolean;
}

export const headBytes = 65_536;

/** The fields of every result. */
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
  /** The version of this shape. Results of version 1 remain in use, and have no findings. */
  readonly schema: 1 | 2;
  /** Findings beyond the core fields, by the name of the analyser. */
  readonly findings?: Readonly<Record<string, Findings>>;
  readonly analyzers: Readonly<Record<string, string>>;
}

/**
 * The outcome for one file of a batch. `again`: another file of the batch ended the thread, so this one is to be analysed
 * again.
 */
export type HandOverOutcome = { readonly output: OutputData } | { readonly failure: unknown } | 'again';
