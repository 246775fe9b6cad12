import type { FileStatus } from './file-state.ts';

/** A row of `files` as readers see it. Sizes in bytes; hashes as 64 lower-case hex digits. */
export interface FileRecord {
  readonly id: string;
  readonly filename: string;
  readonly path: string;
  readonly size: number;
  /** The declared type until COMPLETED, then the detected one. */
  readonly mimeType: string;
  readonly status: FileStatus;
  readonly attempt: number;
  readonly maxAttempts: number;
  readonly createdAt: Date;
  readonly updatedAt: Date;
  readonly completedAt: Date | null;
  readonly sha256: string | null;
  readonly declaredSha256: string | null;
  readonly errorCode: string | null;
  readonly errorMessage: string | null;
  readonly worker: string | null;
}

/** One claim of a file by a worker, and how it ended. */
export interface AttemptRecord {
  readonly fileId: string;
  /** As it was counted: after a silence that was forgiven the next one has it again. */
  readonly number: number;
  readonly worker: string | null;
  readonly claimedAt: Date | null;
  /** null while it runs. */
  readonly endedAt: Date | null;
  /** EXPIRED: the worker fell silent. */
  readonly outcome: 'RUNNING' | 'COMPLETED' | 'FAILED' | 'EXPIRED';
  readonly errorCode: string | null;
  readonly errorMessage: string | null;
}

/** A file whose bytes are durable and whose row is still to be made. */
export interface NewFile {
  /** Of its blob: a UUIDv7, minted when the bytes were complete. */
  readonly id: string;
  readonly storageKey: string;
  readonly filename: string;
  readonly path: string;
  readonly size: number;
  readonly mimeType: string;
  readonly declaredSha256: string | null;
  readonly idempotencyKey: string | null;
}

export type CreateOutcome =
  | { readonly outcome: 'CREATED' | 'DUPLICATE'; readonly id: string }
  | { readonly outcome: 'KEY_REUSED'; readonly id: string }
  | { readonly outcome: 'REJECTED'; readonly message: string };

/** A file in a worker's hands; `leaseToken` fences whatever is written about it. */
export interface ClaimedFile {
  readonly id: string;
  readonly leaseToken: string;
  readonly storageKey: string;
  readonly filename: string;
  readonly size: number;
  readonly declaredSha256: string | null;
  readonly attempt: number;
  /** A lease of this file ran out before: nothing may run beside it, and it in a process of its own. */
  readonly alone: boolean;
}

/** A claim by the token that fences it. */
export interface Lease {
  readonly id: string;
  readonly leaseToken: string;
}

/** FENCED: the lease is no longer this token's. GONE: the file was deleted. */
export type LeaseOutcome = 'DONE' | 'FENCED' | 'GONE';

/** An attempt that did not complete. */
export interface FailedAttempt extends Lease {
  readonly errorCode: string;
  readonly errorMessage: string;
  /** Another attempt cannot help. */
  readonly permanent: boolean;
}

/** What an analysis found, ready to be saved. */
export interface Finding extends Lease {
  readonly mimeType: string;
  readonly sha256: string;
  /** The `output_data` document. */
  readonly outputJson: string;
}

export type SaveOutcome =
  | { readonly outcome: 'SAVED' | 'ALREADY_SAVED' | 'FENCED' | 'GONE' }
  | { readonly outcome: 'INVALID'; readonly message: string };

/** A row of `results` beside the name of its file. */
export interface ResultRecord {
  readonly id: string;
  readonly fileId: string;
  readonly createdAt: Date;
  readonly filename: string;
  readonly path: string;
  /** The `output_data` document as JSON text. */
  readonly outputJson: string;
}
