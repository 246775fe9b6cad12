import type { NewFile } from '#domain/file.ts';
import type { FileStatus } from '#domain/file-state.ts';
import { maxSilences } from '#domain/retry-policy.ts';

/** What the row of one file must say, kept beside the system without any SQL. */
export interface ModelFile {
  readonly id: string;
  readonly file: NewFile;
  status: FileStatus;
  attempt: number;
  maxAttempts: number;
  silences: number;
  begunAlone: boolean;
  /** Of the claim that holds it, or that completed it. */
  token: string | null;
  leaseRanOut: boolean;
  /** PENDING and claimable now. */
  due: boolean;
  /** PENDING and to be rung for now. */
  ringDue: boolean;
  errorCode: string | null;
  results: 0 | 1;
  /** Every token that ever held it: old ones are the zombies. */
  readonly tokens: string[];
  /** Tokens whose attempt is on record as failed or expired. */
  readonly ended: Set<string>;
}

/** A claim that was sent, by its token. */
interface ModelClaim {
  readonly token: string;
  readonly ids: readonly string[];
}

/** One history's view of the whole system. */
export class Model {
  /** Living and deleted, in the order of their creation. */
  readonly created: ModelFile[] = [];
  readonly living = new Map<string, ModelFile>();
  readonly deletions = new Map<string, 'WAITING' | 'TAKEN' | 'CONFIRMED'>();
  readonly claims: ModelClaim[] = [];
  /** Ids in the stream: a doorbell that may be emptied at any time. */
  readonly rings: string[] = [];

  create(id: string, file: NewFile, maxAttempts: number): void {
    const created: ModelFile = {
      ...{ id, file, maxAttempts, status: 'PENDING', attempt: 0, silences: 0, begunAlone: false, token: null },
      ...{ leaseRanOut: false, due: true, ringDue: false, errorCode: null, results: 0, tokens: [], ended: new Set() },
    };
    this.created.push(created);
    this.living.set(id, created);
  }

  pending(): ModelFile[] {
    return [...this.living.values()].filter(({ status }) => status === 'PENDING');
  }

  delete(id: string): boolean {
    const gone = this.living.get(id);
    if (gone === undefined) return false;
    this.living.delete(id);
    this.deletions.set(gone.file.storageKey, 'WAITING');
    return true;
  }
}

export function isClaimable({ status, due, attempt, maxAttempts }: ModelFile): boolean {
  return status === 'PENDING' && due && attempt < maxAttempts;
}

export function holds(file: ModelFile, token: string): boolean {
  return file.status === 'PROCESSING' && file.token === token;
}

export function claim(file: ModelFile, token: string): void {
  Object.assign(file, { status: 'PROCESSING', token, leaseRanOut: false, begunAlone: false });
  file.attempt += 1;
  file.tokens.push(token);
}

export function save(file: ModelFile): void {
  Object.assign(file, { status: 'COMPLETED', errorCode: null, results: 1, leaseRanOut: false });
}

export function release(file: ModelFile): void {
  Object.assign(file, { status: 'PENDING', token: null, leaseRanOut: false, due: true, ringDue: true });
  file.attempt -= 1;
}

export function pause(file: ModelFile): void {
  if (file.status === 'PENDING') file.status = 'PAUSED';
}

export function resume(file: ModelFile): void {
  if (file.status === 'PAUSED') Object.assign(file, { status: 'PENDING', ringDue: file.due });
}

export function cancel(file: ModelFile): void {
  if (file.status === 'COMPLETED' || file.status === 'FAILED') return;
  if (file.status === 'PROCESSING') file.ended.add(file.token ?? '');
  Object.assign(file, {
    status: 'FAILED',
    errorCode: 'cancelled',
    token: null,
    leaseRanOut: false,
    due: false,
    ringDue: false,
  });
}

/** Answers the attempt that the wait is counted by: see `retryDelayBoundsMs`. */
export function fail(file: ModelFile, { permanent }: { permanent: boolean }): number {
  end(file, 'analyzer_error', permanent || file.attempt >= file.maxAttempts);
  return file.attempt;
}

/** Answers the same; 0 when the file is due at once. */
export function expire(file: ModelFile): number {
  if (file.begunAlone) {
    end(file, 'worker_crashed', file.attempt >= file.maxAttempts);
    return file.attempt;
  }
  const forgiven = file.silences;
  end(file, 'worker_crashed', forgiven + 1 >= maxSilences);
  file.attempt -= 1;
  file.silences += 1;
  if (forgiven === 0) Object.assign(file, { due: true, ringDue: true });
  return forgiven;
}

export function retry(file: ModelFile, attempts: number): void {
  Object.assign(file, { status: 'PENDING', errorCode: null, due: true, ringDue: true });
  file.maxAttempts = file.attempt + attempts;
  file.silences = Math.min(file.silences, 1);
}

function end(file: ModelFile, errorCode: string, last: boolean): void {
  file.ended.add(file.token ?? '');
  const status = last ? 'FAILED' : 'PENDING';
  Object.assign(file, { status, errorCode, token: null, leaseRanOut: false, due: false, ringDue: false });
}
