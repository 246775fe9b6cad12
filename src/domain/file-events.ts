import type { NewFile } from './file.ts';
import type { FileStatus } from './file-state.ts';

/** A file that is new. */
export type AcceptedFile = Pick<NewFile, 'tenant' | 'size'>;

export interface CompletedFile {
  readonly id: string;
  readonly tenant: string;
  readonly size: number;
  /** From its registration to the claim that completed it, with earlier attempts. */
  readonly waitSeconds: number;
  /** From its registration to its result. */
  readonly totalSeconds: number;
}

/** An attempt that ended without a result. */
export interface EndedAttempt {
  readonly id: string;
  readonly tenant: string;
  readonly filename: string;
  readonly size: number;
  /** The state of the file after the attempt. */
  readonly status: FileStatus;
  readonly errorCode: string;
  readonly errorMessage: string;
  readonly attempt: number;
  readonly worker: string | null;
  readonly claimedAt: Date | null;
  /** The request that created the file, and the trace that it belongs to. */
  readonly requestId: string | null;
  readonly traceparent: string | null;
}

/** The last attempt of a file that is FAILED now. */
export type FailedFile = EndedAttempt;

/** Is told, after the commit, of each change that a statement made; a repeated statement that changes nothing tells nothing. */
export interface FileEvents {
  accepted(files: readonly AcceptedFile[]): void;
  completed(files: readonly CompletedFile[]): void;
  failed(files: readonly FailedFile[]): void;
}

/** Tells each of them. */
export function tellAll(...listeners: readonly FileEvents[]): FileEvents {
  return {
    accepted: (files) => {
      for (const listener of listeners) listener.accepted(files);
    },
    completed: (files) => {
      for (const listener of listeners) listener.completed(files);
    },
    failed: (files) => {
      for (const listener of listeners) listener.failed(files);
    },
  };
}

export interface AttemptEvents {
  /** Workers fell silent in these attempts, whatever becomes of the files. */
  expired(attempts: readonly EndedAttempt[]): void;
}
