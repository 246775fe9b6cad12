/**
 * The states of a file. The SQL in adapters/postgres enforces this table, statement by statement; tests try every arrow,
 * and every arrow that is missing.
 *
 * ```mermaid
 * stateDiagram-v2
 *   [*] --> PENDING: create
 *   PENDING --> PROCESSING: claim (attempt + 1, lease)
 *   PENDING --> PAUSED: pause
 *   PAUSED --> PENDING: resume
 *   PROCESSING --> COMPLETED: save
 *   PROCESSING --> PENDING: fail with attempts left (backoff)
 *   PROCESSING --> PENDING: release (attempt refunded)
 *   PROCESSING --> PENDING: expire (attempt refunded unless it ran alone)
 *   PROCESSING --> FAILED: fail at the last attempt, expire alone at the last attempt or after ten refunds
 *   PENDING --> FAILED: cancel
 *   PAUSED --> FAILED: cancel
 *   PROCESSING --> FAILED: cancel (the lease is revoked)
 *   FAILED --> PENDING: retry (max_attempts raised)
 * ```
 * Deletion is allowed in every state and leaves no row.
 */
export const fileStatuses = ['PENDING', 'PAUSED', 'PROCESSING', 'COMPLETED', 'FAILED'] as const;

export type FileStatus = (typeof fileStatuses)[number];

export type Transition = 'claim' | 'save' | 'fail' | 'release' | 'expire' | 'retry' | 'pause' | 'resume' | 'cancel';

interface Arrows {
  readonly from: readonly FileStatus[];
  readonly to: readonly FileStatus[];
}

export const transitions: Readonly<Record<Transition, Arrows>> = {
  claim: { from: ['PENDING'], to: ['PROCESSING'] },
  save: { from: ['PROCESSING'], to: ['COMPLETED'] },
  fail: { from: ['PROCESSING'], to: ['PENDING', 'FAILED'] },
  release: { from: ['PROCESSING'], to: ['PENDING'] },
  expire: { from: ['PROCESSING'], to: ['PENDING', 'FAILED'] },
  retry: { from: ['FAILED'], to: ['PENDING'] },
  pause: { from: ['PENDING'], to: ['PAUSED'] },
  resume: { from: ['PAUSED'], to: ['PENDING'] },
  cancel: { from: ['PENDING', 'PAUSED', 'PROCESSING'], to: ['FAILED'] },
};

/** Only a retry or a deletion changes a terminal file. */
export function isTerminal(status: FileStatus): boolean {
  return status === 'COMPLETED' || status === 'FAILED';
}
