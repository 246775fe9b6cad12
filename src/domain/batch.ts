import type { FileStatus } from './file-state.ts';
import type { Priority } from './priority.ts';

/** What is expected of a name of a batch, in words. */
export const batchNameRule = '1 to 100 printable ASCII characters without spaces and slashes';

export function isBatchName(text: string): boolean {
  return /^[!-.0-~]{1,100}$/.test(text);
}

/** A named set of files of one tenant, and what became of them. */
export interface Batch {
  readonly tenant: string;
  readonly name: string;
  readonly createdAt: Date;
  /** When files were last added, ended, retried or deleted. */
  readonly changedAt: Date;
  /** Whether it holds back what waits. */
  readonly paused: boolean;
  /** What files get that come without a priority of their own; null is `normal`. */
  readonly priority: Priority | null;
  readonly files: Readonly<Record<FileStatus, number>>;
  readonly errors: Readonly<Record<string, number>>;
  readonly bytes: number;
  /** In its COMPLETED files. */
  readonly words: number;
}
