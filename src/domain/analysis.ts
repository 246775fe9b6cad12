import type { BlobHandle, LocalBytes } from './blob-store.ts';

/** What the settings of a worker ask of its analysis: plain data. */
export interface AnalysisOptions {
  /** Hashes beside SHA-256. */
  readonly hashes: readonly HashName[];
  /** Whether the text of documents and texts is kept. */
  readonly keepText: boolean;
}

export const hashNames = ['md5', 'sha1', 'sha512', 'blake3', 'crc32c'] as const;
export type HashName = (typeof hashNames)[number];

export const leastOptions: AnalysisOptions = { hashes: [], keepText: false };

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

/** Sees each chunk of every file once, in order, in a pass that all of them share. Finds core fields, and findings. */
export interface StreamAnalyzer extends AnalyzerDeclaration {
  /** The key of its findings in `output_data.findings`, if it has any. */
  readonly finds?: string;
  /** Runs once in each thread, before the first file. */
  prepare?(): Promise<void>;
  start(subject: AnalysisSubject): StreamAnalyzerRun;
}

export interface StreamAnalyzerRun {
  /** `chunk` is valid only during the call. A chunk is never empty; an empty file has none. */
  update(chunk: Uint8Array): void;
  /** The fields that this analyser adds to `output_data`; `context` holds the findings of earlier ones. */
  finish(context: Partial<CoreFields>): Promise<Partial<CoreFields>> | Partial<CoreFields>;
  /** Its findings, if it has any about this file. All core fields are known. */
  find?(core: CoreFields): Findings | undefined;
}

/**
 * Reads files of some types at any position, after the pass, in a process of its own that is killed when it runs too long or
 * grows too large. What it does not manage costs its own findings alone.
 */
export interface FileAnalyzer extends AnalyzerDeclaration {
  /** The key of its findings in `output_data.findings`. */
  readonly finds: string;
  accepts(core: CoreFields): boolean;
  /** Whether the name of a file promises a type that it accepts. */
  expects?(filename: string): boolean;
  /** What the core fields are when it fails: those that only its findings could tell. */
  readonly unknown?: Partial<CoreFields>;
  /** A zod schema of its findings. Fields that are not in it are left out of the result. */
  readonly schema: { parse(found: unknown): Findings };
  /**
   * @param context the findings of the pass, and of the earlier analysers that accept the file
   * @throws UnreadableFile when the file is damaged or of a kind that this analyser cannot read
   */
  analyze(blob: BlobHandle, context: FileContext): Promise<FileFindings>;
}

export interface FileFindings {
  readonly findings: object;
  /** Core fields that this analyser knows better than the pass. */
  readonly core?: Partial<CoreFields>;
  /** The text that is to be kept, piece by piece. */
  readonly text?: Iterable<string>;
}

export interface FileContext {
  readonly filename: string;
  readonly core: CoreFields;
  readonly findings: Readonly<Record<string, Findings>>;
}

/** Why an analyser has no findings, or not all. */
export const findingErrorCodes = [
  'damaged',
  'unsupported',
  'too_large',
  'timeout',
  'out_of_memory',
  'crashed',
  'failed',
] as const;

export interface FindingError {
  readonly code: (typeof findingErrorCodes)[number];
  readonly message: string;
}

/** An analyser cannot read a file, and says why; the file is COMPLETED all the same. */
export class UnreadableFile extends Error {
  override readonly name = 'UnreadableFile';
  readonly code: 'damaged' | 'unsupported' | 'too_large';

  constructor(code: UnreadableFile['code'], message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
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

/** What a file is. */
export interface Identification {
  readonly mime_type: string;
  /** The type in words: "Word document". */
  readonly description: string;
  readonly detected_by: DetectedBy;
  readonly confidence: Confidence;
  /** Other types that the content allows, the best first; at most five. */
  readonly candidates: readonly Candidate[];
  /** Whether the extension of the name is known to stand for other types. */
  readonly extension_mismatch: boolean;
}

export interface Candidate {
  readonly mime_type: string;
  readonly confidence: Confidence;
}

/** The layer that decided. */
export const detectors = ['signature', 'container', 'structure', 'text', 'libmagic', 'extension', 'none'] as const;
export type DetectedBy = (typeof detectors)[number];

export const confidences = ['certain', 'likely', 'possible', 'none'] as const;
export type Confidence = (typeof confidences)[number];

/** The fields of every result. */
export interface CoreFields extends Identification {
  /** Words of a text or a document; null if the file is neither, or its document cannot be read. */
  readonly word_count: number | null;
  /** What `word_count` counts: the whole text as it is, or what a reader of the document sees. */
  readonly word_count_of: 'text' | 'document' | null;
  /** null for binary files, as are `character_count` and `charset`. */
  readonly line_count: number | null;
  readonly character_count: number | null;
  readonly charset: string | null;
  readonly sha256: string;
  readonly size: number;
}

/** The document in `results.output_data`; docs/analysis.md describes it to users. */
export interface OutputData extends CoreFields {
  /** The version of this shape. Results of version 1 and 2 remain in use; docs/analysis.md says what they lack. */
  readonly schema: 3;
  /** Findings beyond the core fields, by the name of the analyser. */
  readonly findings?: Readonly<Record<string, Findings>>;
  readonly analyzers: Readonly<Record<string, string>>;
}

/**
 * The outcome for one file of a batch. `again`: another file of the batch ended the thread, so this one is to be analysed
 * again.
 */
export type HandOverOutcome = { readonly output: OutputData } | { readonly failure: unknown } | 'again';
