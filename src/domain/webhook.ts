import { type FieldKind, type FileRecord, fieldsOf, fileFields } from './file.ts';

/** What a webhook can be told of: docs/webhooks.md. */
export const fileEvents = ['file.completed', 'file.failed', 'file.deleted'] as const;

export type FileEvent = (typeof fileEvents)[number];

/** GIVEN_UP: no attempt succeeded in time; it can be replayed. */
export const deliveryStates = ['PENDING', 'DELIVERED', 'GIVEN_UP'] as const;

export type DeliveryState = (typeof deliveryStates)[number];

/** How long a message is retried. */
export const retriedForMs = 24 * 60 * 60_000;

/** How long an old secret still signs after a rotation. */
export const oldSecretForMs = 24 * 60 * 60_000;

/** What decides which events a webhook is told of. */
export interface WebhookFilter {
  /** Null for all tenants. */
  readonly tenant: string | null;
  readonly events: readonly FileEvent[];
  /** `text/plain` or `text/*`; empty for all. */
  readonly types: readonly string[];
  /** How the path of a file begins; empty for all. */
  readonly paths: readonly string[];
}

/** A webhook, without its secrets. */
export interface WebhookRecord extends WebhookFilter {
  readonly id: string;
  /** `redis`: the stream of FILEMILL_EVENTS_REDIS_STREAM. */
  readonly kind: 'http' | 'redis';
  readonly url: string;
  readonly description: string;
  readonly enabled: boolean;
  /** Why Filemill disabled it; otherwise empty. */
  readonly disabledReason: string;
  readonly createdAt: Date;
  /** Until when messages are also signed with the secret before the present one. */
  readonly oldSecretUntil: Date | null;
  /** Failures since the latest success. */
  readonly failures: number;
  /** Nothing is sent until then. */
  readonly pausedUntil: Date | null;
  readonly lastFailure: string;
  readonly lastFailureAt: Date | null;
  readonly lastSuccessAt: Date | null;
}

/** One event for one webhook. */
export interface DeliveryRecord {
  /** The `webhook-id` of the message, the same in all attempts. */
  readonly id: string;
  readonly webhookId: string;
  readonly fileId: string;
  readonly filename: string;
  readonly event: FileEvent;
  readonly createdAt: Date;
  readonly state: DeliveryState;
  readonly attempts: number;
  /** The HTTP status of the latest answer; 0 without one. */
  readonly lastStatus: number;
  readonly lastError: string;
  readonly lastAt: Date | null;
  /** Null unless it is PENDING after a failure. */
  readonly nextAt: Date | null;
}

/** What came of one attempt. */
export interface Answer {
  /** 0 without an HTTP status. */
  readonly status: number;
  /** Empty for a success. */
  readonly error: string;
  /** The receiver is gone for good: 410. */
  readonly gone?: boolean;
  /** For how long the receiver asked for silence. */
  readonly pauseMs?: number | undefined;
}

const fields = fieldsOf(fileFields);

/** A file as an event holds it: the values of `fileFields` in order, as PostgreSQL writes them in JSON. */
export type FileSnapshot = readonly unknown[];

export function fileOfSnapshot(snapshot: FileSnapshot): FileRecord {
  const entries = fields.map(([field, kind], n) => [field, asStored(kind, snapshot[n])]);
  return Object.fromEntries(entries) as FileRecord;
}

function asStored(kind: FieldKind, value: unknown): unknown {
  return (kind === 'time' || kind === 'time?') && value !== null ? new Date(value as string) : value;
}

/** Where a snapshot has a field. */
export function placeOf(name: keyof FileRecord): number {
  return fields.findIndex(([field]) => field === name);
}

const idPlace = placeOf('id');

export function fileIdOf(snapshot: FileSnapshot): string {
  return snapshot[idPlace] as string;
}

/** The id of the nth event of a batch, whose own id ends with 16 zero bits. */
export function eventId(batchId: string, n: number): string {
  return batchId.slice(0, -4) + n.toString(16).padStart(4, '0');
}

/** The batch of an event, and its place there. */
export function batchOf(id: string): { readonly batchId: string; readonly n: number } {
  return { batchId: `${id.slice(0, -4)}0000`, n: Number.parseInt(id.slice(-4), 16) };
}
