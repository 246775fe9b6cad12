import { defaultTenant } from '#domain/access.ts';
import { FilemillError } from '#domain/errors.ts';
import type { PartialBlobStore } from '#domain/partial-blob.ts';
import { findUpload } from './upload-record.ts';

export interface IncompleteUpload {
  readonly id: string;
  readonly bytes: number;
  readonly writtenAt: Date;
  readonly caller: string;
  readonly tenant: string;
}

export async function findIncompleteUploads(partial: PartialBlobStore): Promise<readonly IncompleteUpload[]> {
  const found: IncompleteUpload[] = [];
  for await (const { id, size, writtenAt } of partial.unfinished())
    found.push({ id, bytes: size, writtenAt, ...(await findOwner(partial, id)) });
  return found;
}

/** Unknown for uploads that a crash left without a note, or that an earlier version began. */
async function findOwner(partial: PartialBlobStore, id: string): Promise<Pick<IncompleteUpload, 'caller' | 'tenant'>> {
  try {
    const { caller = 'unknown', tenant } = (await findUpload(partial, id, undefined)).record;
    return { caller, tenant };
  } catch (error) {
    if (error instanceof FilemillError && error.reason === 'UPLOAD_NOT_FOUND')
      return { caller: 'unknown', tenant: defaultTenant };
    throw error;
  }
}

/**
 * The eviction order: the caller that holds most at that moment loses its longest-idle upload; among callers that hold
 * the same, the longest-idle upload goes. So a caller that holds little loses nothing to one that begins upload after
 * upload.
 *
 * @param idleBefore uploads written since then are active and stay
 * @param weigh what is counted of each upload
 */
export function* inEvictionOrder(
  uploads: readonly IncompleteUpload[],
  idleBefore: Date,
  weigh: (upload: IncompleteUpload) => number,
): Generator<IncompleteUpload, undefined> {
  const callers = [...Map.groupBy(uploads, ({ tenant, caller }) => `${tenant} ${caller}`).values()].map((own) => ({
    held: own.reduce((sum, upload) => sum + weigh(upload), 0),
    idle: own
      .filter(({ writtenAt }) => writtenAt < idleBefore)
      .sort((one, other) => Number(other.writtenAt) - Number(one.writtenAt)),
  }));
  for (;;) {
    const most = callers.reduce<Holder | undefined>((one, other) => (goesBefore(other, one) ? other : one), undefined);
    const next = most?.idle.pop();
    if (most === undefined || next === undefined) return undefined;
    most.held -= weigh(next);
    yield next;
  }
}

interface Holder {
  held: number;
  /** Most recently written first. */
  readonly idle: IncompleteUpload[];
}

function goesBefore(one: Holder, other: Holder | undefined): boolean {
  const [oldest, otherOldest] = [one.idle.at(-1), other?.idle.at(-1)];
  if (oldest === undefined || other === undefined || otherOldest === undefined) return oldest !== undefined;
  return one.held > other.held || (one.held === other.held && oldest.writtenAt < otherOldest.writtenAt);
}

/** Totals, overall and per caller. */
export function tallyOf(uploads: readonly IncompleteUpload[]) {
  const callers = Map.groupBy(uploads, ({ caller }) => caller)
    .entries()
    .map(([address, own]) => ({ address, uploads: own.length, bytes: bytesOf(own) }));
  return {
    uploads: uploads.length,
    bytes: bytesOf(uploads),
    callers: [...callers].sort((one, other) => other.bytes - one.bytes),
  };
}

export function bytesOf(uploads: readonly Pick<IncompleteUpload, 'bytes'>[]): number {
  return uploads.reduce((sum, { bytes }) => sum + bytes, 0);
}
