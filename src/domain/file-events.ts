import type { NewFile } from './file.ts';

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

export interface FailedFile {
  readonly id: string;
  readonly tenant: string;
  readonly errorCode: string;
}

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
