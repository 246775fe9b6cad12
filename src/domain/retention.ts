import { FilemillError } from './errors.ts';
import type { FileStatus } from './file-state.ts';

/** The states in which files end. Only ended files are ever removed by a rule. */
export const endedStatuses = ['COMPLETED', 'FAILED'] as const satisfies readonly FileStatus[];

export type EndedStatus = (typeof endedStatuses)[number];

/** What a rule says: for how long after their end files are kept, in seconds; null for ever. */
export interface Keeping {
  /** Until the row, the result, the kept text and the bytes go. */
  readonly keepFiles: number | null;
  /** Until the bytes and the kept text go; the row and the result stay. */
  readonly keepBytes: number | null;
}

/** Which files a rule is about. The most specific rule decides alone: that of the tenant, then that of the status. */
export interface RuleScope {
  /** Null: all tenants. */
  readonly tenant: string | null;
  /** Null: both. */
  readonly status: EndedStatus | null;
}

export interface RetentionRule extends RuleScope, Keeping {
  readonly id: string;
  /** From the settings of the server; decides where no other rule does. */
  readonly isDefault: boolean;
  readonly changedAt: Date;
  /** The rule removes nothing earlier. */
  readonly actsAt: Date;
  /** Its files stay until `actsAt`; then the rule is forgotten. */
  readonly isRemoved: boolean;
}

/** What a rule removes when it acts next. */
export interface Forecast {
  readonly files: Removable;
  readonly bytes: Removable;
  /** When the next file falls due that is not due yet; null if none was found. */
  readonly nextAt: Date | null;
}

export interface Removable {
  readonly files: number;
  readonly bytes: number;
  /** When the oldest of them ended. */
  readonly oldestEndedAt: Date | null;
  /** The search ended at its bound: there may be more. */
  readonly hasMore: boolean;
}

/** For this long a new, changed or removed rule does nothing, unless its author says otherwise, so that a mistake can be undone. */
export const graceMs = 3_600_000;

/** Shorter retention would race with the commits of results. */
const shortestKeepS = 60;
const longestKeepS = 1_000 * 366 * 86_400;

/** @throws FilemillError REQUEST_INVALID */
export function requireKeeping(keeping: Keeping): Keeping {
  const { keepFiles, keepBytes } = keeping;
  for (const [name, seconds] of Object.entries({ keep_files: keepFiles, keep_bytes: keepBytes }))
    if (seconds !== null && !(Number.isInteger(seconds) && seconds >= shortestKeepS && seconds <= longestKeepS))
      throw new FilemillError('REQUEST_INVALID', `\`${name}\` must be whole seconds, from a minute to 1,000 years.`);
  if (keepFiles !== null && keepBytes !== null && keepBytes > keepFiles)
    throw new FilemillError(
      'REQUEST_INVALID',
      'Bytes cannot be kept longer than their files: `keep_bytes` exceeds `keep_files`.',
    );
  return keeping;
}

/** The error of whoever asks for bytes, or a text, that a rule has given up. */
export function bytesExpired(at: Date): FilemillError {
  const moment = at.toISOString();
  return new FilemillError(
    'BYTES_EXPIRED',
    `The bytes of the file were given up at ${moment}, when their retention ended.`,
    {
      facts: { bytes_expired_at: moment },
    },
  );
}
