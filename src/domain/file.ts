import type { FileStatus } from './file-state.ts';
import type { Priority } from './priority.ts';

/**
 * How a field is stored, sent and shown. A field with a question mark may be unknown: null here and in JSON, empty in gRPC
 * messages.
 */
export type FieldKind = keyof ValueOf;

interface ValueOf {
  readonly uuid: string;
  readonly text: string;
  readonly 'text?': string | null;
  /** In messages of earlier versions empty or missing, which means the default tenant. */
  readonly tenant: string;
  /** Null is `normal`, and so are the empty ones of messages of earlier versions. */
  readonly priority: Priority | null;
  readonly bytes: number;
  readonly count: number;
  readonly status: FileStatus;
  readonly time: Date;
  readonly 'time?': Date | null;
}

type RecordOf<Fields extends Readonly<Record<string, FieldKind>>> = {
  readonly [Name in keyof Fields]: ValueOf[Fields[Name]];
};

/**
 * The public fields of a row of `files`. The SQL that reads a row, the message and the JSON are made from this list; columns
 * and JSON keys are these names in snake case. Hashes are 64 lower-case hex digits.
 */
export const fileFields = {
  id: 'uuid',
  filename: 'text',
  path: 'text',
  size: 'bytes',
  /** The declared type until COMPLETED, then the detected one. */
  mimeType: 'text',
  status: 'status',
  attempt: 'count',
  maxAttempts: 'count',
  createdAt: 'time',
  updatedAt: 'time',
  completedAt: 'time?',
  sha256: 'text?',
  declaredSha256: 'text?',
  errorCode: 'text?',
  errorMessage: 'text?',
  worker: 'text?',
  /** The request that created the file. */
  requestId: 'text?',
  tenant: 'tenant',
  /** When the bytes and the kept text were given up, while the row stays. */
  bytesExpiredAt: 'time?',
  /** The batch that it was uploaded with. */
  batch: 'text?',
  priority: 'priority',
} as const satisfies Readonly<Record<string, FieldKind>>;

export type FileRecord = RecordOf<typeof fileFields>;

/** What a list shows of a result. */
export interface FoundSummary {
  /** The type in words. */
  readonly description: string | null;
  readonly wordCount: number | null;
  readonly pages: number | null;
  /** ISO 639. */
  readonly language: string | null;
}

/** A file of a list. */
export interface ListedFile extends FileRecord {
  /** Null without a result, or when it was not asked for. */
  readonly found: FoundSummary | null;
}

/** The fields of a file whose bytes are durable and whose row is not yet created. The message and the SQL are made from it. */
export const newFileFields = {
  /** The id of its blob: a UUIDv7, minted when the bytes were complete. */
  id: 'uuid',
  storageKey: 'text',
  filename: 'text',
  path: 'text',
  size: 'bytes',
  mimeType: 'text',
  declaredSha256: 'text?',
  idempotencyKey: 'text?',
  requestId: 'text?',
  /** Of the caller that uploaded it. */
  tenant: 'tenant',
  /** The caller, as `uploaderOf` writes it; unknown for anonymous ones. */
  uploader: 'text?',
  /** The trace of its upload, if that is recorded. */
  traceparent: 'text?',
  batch: 'text?',
  /** Unknown: that of its batch, or `normal`. */
  priority: 'text?',
} as const satisfies Readonly<Record<string, FieldKind>>;

export type NewFile = RecordOf<typeof newFileFields>;

/** The entries of one of these lists. */
export function fieldsOf<Field extends string, Kind extends FieldKind>(
  fields: Readonly<Record<Field, Kind>>,
): readonly (readonly [Field, Kind])[] {
  return Object.entries(fields) as [Field, Kind][];
}

/** `max_attempts` for `maxAttempts`. */
export function snakeCase(name: string): string {
  return name.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}

/** One claim of a file by a worker, and how it ended. */
export interface AttemptRecord {
  readonly fileId: string;
  /** The counted number: after a forgiven silence of the worker, the next attempt has the same one. */
  readonly number: number;
  readonly worker: string | null;
  readonly claimedAt: Date | null;
  /** null while it runs. */
  readonly endedAt: Date | null;
  /** EXPIRED: the worker stopped responding. */
  readonly outcome: 'RUNNING' | 'COMPLETED' | 'FAILED' | 'EXPIRED';
  readonly errorCode: string | null;
  readonly errorMessage: string | null;
}

export type CreateOutcome =
  | { readonly outcome: 'CREATED' | 'DUPLICATE'; readonly id: string }
  | { readonly outcome: 'KEY_REUSED'; readonly id: string }
  | { readonly outcome: 'REJECTED' | 'QUOTA_EXCEEDED'; readonly message: string };

/** A file that a worker holds; `leaseToken` fences all writes about it. */
export interface ClaimedFile {
  readonly id: string;
  readonly leaseToken: string;
  readonly storageKey: string;
  readonly filename: string;
  readonly size: number;
  readonly declaredSha256: string | null;
  readonly attempt: number;
  /** An earlier lease of this file expired, so it runs alone, in a process of its own. */
  readonly alone: boolean;
  /** The request that created the file. */
  readonly requestId: string | null;
  /** The trace of its upload, if that is recorded. */
  readonly traceparent: string | null;
}

/** A claim by the token that fences it. */
export interface Lease {
  readonly id: string;
  readonly leaseToken: string;
}

/** FENCED: the lease is no longer this token's. GONE: the file was deleted. */
export type LeaseOutcome = 'DONE' | 'FENCED' | 'GONE';

/** An attempt that failed. */
export interface FailedAttempt extends Lease {
  readonly errorCode: string;
  readonly errorMessage: string;
  /** Whether another attempt is pointless. */
  readonly permanent: boolean;
}

/** The findings of an analysis, ready to be saved. */
export interface Finding extends Lease {
  readonly mimeType: string;
  readonly sha256: string;
  /** The `output_data` document. */
  readonly outputJson: string;
}

export type SaveOutcome =
  | { readonly outcome: 'SAVED' | 'ALREADY_SAVED' | 'FENCED' | 'GONE' }
  | { readonly outcome: 'INVALID'; readonly message: string };

/** A row of `results` with the name and path of its file. */
export interface ResultRecord {
  readonly id: string;
  readonly fileId: string;
  readonly createdAt: Date;
  readonly filename: string;
  readonly path: string;
  readonly tenant: string;
  /** When the bytes and the kept text were given up; null while they are kept. */
  readonly bytesExpiredAt: Date | null;
  /** The `output_data` document as JSON text. */
  readonly outputJson: string;
}
