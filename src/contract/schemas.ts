import { z } from 'zod';
import { confidences, detectors } from '#domain/analysis.ts';
import { catalogue, type Reason } from '#domain/errors.ts';
import { facetNames } from '#domain/file-facets.ts';
import { fileStatuses } from '#domain/file-state.ts';
import type { Link } from '#domain/link.ts';
import { priorities } from '#domain/priority.ts';
import { AuditEvent, Caller, ChangedTenant, Tenant, Token } from './access-schema.ts';
import { Batch, Batches, BatchPriority, ChangedBatch } from './batch-schema.ts';
import { type Durations, History } from './history-schema.ts';
import { RetentionForecast, RetentionRule, RetentionRules } from './retention-schema.ts';
import { type DatabaseState, type IncompleteUploads, Stats, Worker, Workers } from './stats-schema.ts';
import { System } from './system-schema.ts';
import { Delivery, Webhook, webhookSecret } from './webhook-schema.ts';

/**
 * The public JSON of the HTTP API, the OpenAPI document, the dashboard and the CLI's `--json`; the types are inferred from
 * it. Numbers are numbers, times are RFC 3339 in UTC, statuses have no prefix, and unknown values are null.
 */

const time = z.iso.datetime();
const count = z.int().min(0);
const sha256 = z.string().regex(/^[0-9a-f]{64}$/);
const statuses = [...fileStatuses, 'UNKNOWN'] as const;
const nextPageToken = z.string().describe('`page_token` of the next page; empty on the last.');

const ErrorOf = z.strictObject({ code: z.string(), message: z.string() });

/** What a list shows of a result. */
const Found = z.strictObject({
  description: z.string().nullable().describe('The type in words.'),
  word_count: count.nullable(),
  pages: count.nullable(),
  language: z.string().nullable().describe('ISO 639.'),
});

const File = z.strictObject({
  id: z.uuid().describe('UUIDv7: ids sort by the time of registration.'),
  filename: z.string(),
  path: z.string().describe('The path relative to the uploaded folder; may be empty.'),
  size: count.describe('Bytes.'),
  mime_type: z.string().describe('The type that the client declared; once the file is COMPLETED, the detected type.'),
  status: z.enum(statuses),
  attempt: count,
  max_attempts: count,
  created_at: time.nullable(),
  updated_at: time.nullable(),
  completed_at: time.nullable(),
  sha256: sha256.nullable().describe('The SHA-256 that the worker computed; null until COMPLETED.'),
  request_id: z
    .string()
    .nullable()
    .describe('The X-Request-Id of the request that created the file; null for files of earlier versions.'),
  tenant: z.string().describe('The tenant of the caller that uploaded the file.'),
  bytes_expired_at: time
    .nullable()
    .describe('When a retention rule gave up the bytes and the kept text; null while they are kept.'),
  batch: z.string().nullable().describe('The batch that it was uploaded with; null without one.'),
  priority: z.enum(priorities).describe('Free workers take interactive files first, and bulk ones last.'),
  error: ErrorOf.nullable(),
  found: Found.nullable().exactOptional().describe('In lists with `with_found=true`; null without a result.'),
});

/** The `output_data` document of docs/analysis.md; later versions may add fields. */
const Output = z.object({
  schema: z.literal([1, 2, 3]).describe('Results of earlier versions have 1 or 2, and lack some fields.'),
  mime_type: z.string(),
  description: z.string().exactOptional().describe('The type in words.'),
  detected_by: z.enum(detectors).exactOptional().describe('What decided the type.'),
  confidence: z.enum(confidences).exactOptional(),
  candidates: z
    .array(z.object({ mime_type: z.string(), confidence: z.enum(confidences) }))
    .exactOptional()
    .describe('Other types that the content allows, the best first.'),
  extension_mismatch: z.boolean().exactOptional().describe('The extension is known to stand for other types.'),
  word_count: count.nullable(),
  word_count_of: z
    .enum(['text', 'document'])
    .nullable()
    .exactOptional()
    .describe('What `word_count` counts: the text as it is, or what a reader of the document sees.'),
  line_count: count.nullable(),
  character_count: count.nullable(),
  charset: z.string().nullable(),
  sha256,
  size: count,
  findings: z
    .record(z.string(), z.record(z.string(), z.unknown()))
    .exactOptional()
    .describe('Further findings, by kind; absent in schema 1.'),
  analyzers: z.record(z.string(), z.string()),
});

const Result = z.strictObject({
  id: z.uuid(),
  file_id: z.uuid(),
  created_at: time.nullable(),
  filename: z.string(),
  path: z.string(),
  output: Output,
});

const searchedTo = time.nullable().describe('Older files were left out, as they would take too long.');

const FileCounts = z.strictObject({
  files: count.describe('The files that match; at most 5,000, the newest, are counted.'),
  bytes: count,
  capped: z.boolean().describe('More files match than were counted, in all or for one of the facets.'),
  counted_from: searchedTo,
  facets: z
    .record(z.enum(facetNames), z.array(z.strictObject({ value: z.string(), files: count })))
    .describe('By parameters of the search. What the search asks for by one of them is left out of account for it.'),
});

const Attempt = z.strictObject({
  number: count.describe('After an expired lease that is forgiven, the next attempt has the same number.'),
  worker: z.string(),
  claimed_at: time.nullable(),
  ended_at: time.nullable().describe('Null while the attempt runs.'),
  outcome: z
    .enum(['RUNNING', 'COMPLETED', 'FAILED', 'EXPIRED', 'UNKNOWN'])
    .describe('EXPIRED: the worker stopped renewing its lease.'),
  error: ErrorOf.nullable(),
});

const Receipt = z.strictObject({
  id: z.uuid(),
  size: count.describe('Bytes.'),
  sha256: sha256.describe('The SHA-256 of the received bytes.'),
  duplicate: z.boolean().describe('The idempotency key is known: this is the file of the earlier upload.'),
});

const ProblemDetails = z.strictObject({
  type: z.string(),
  title: z.string(),
  status: z.int(),
  detail: z.string(),
  reason: z.enum(Object.keys(catalogue) as [Reason, ...Reason[]]).describe('Listed in docs/errors.md.'),
  action: z.string().describe('What to do.'),
  facts: z.record(z.string(), z.string()).exactOptional(),
  request_id: z.string().exactOptional().describe('Identifies the request in the log of every service.'),
});

const RefusedFile = z.strictObject({ filename: z.string(), problem: ProblemDetails });

export const schemas = {
  File,
  FilesPage: z.strictObject({
    files: z.array(File),
    next_page_token: nextPageToken,
    sort_capped: z.boolean().describe('Only the newest 5,000 of the files that match were sorted.'),
    searched_to: time
      .nullable()
      .describe(
        'A search that no index supports has got so far, and `next_page_token` goes on; sorted lists leave out what is older.',
      ),
  }),
  FileCounts,
  Result,
  Output,
  ResultsPage: z.strictObject({ results: z.array(Result), next_page_token: nextPageToken }),
  Attempts: z.strictObject({ attempts: z.array(Attempt) }),
  Stats,
  Batch,
  Batches,
  BatchPriority,
  ChangedBatch,
  Worker,
  Workers,
  History,
  System,
  Server: z.strictObject({
    grpc_address: z
      .string()
      .nullable()
      .describe('`HOST:PORT` of the public gRPC port, or `https://HOST:PORT` if it speaks TLS; null when unknown.'),
    started_by: z
      .enum(['up', 'container', 'kubernetes', 'hand'])
      .describe('What started the server: `filemill up`, a container engine, Kubernetes, or something else.'),
    command: z.string().describe('What users of this server type for `filemill`, such as `npx filemill`.'),
  }),
  Caller,
  SignIn: z.strictObject({
    provider: z.string().nullable().describe('The host of the OpenID provider that signs in; null if there is none.'),
  }),
  Tokens: z.strictObject({ tokens: z.array(Token).describe('Newest first, at most 1,000.') }),
  NewToken: z.strictObject({
    token: Token,
    secret: z.string().describe('`fm_<id>_<secret>`. It is told once, here, and cannot be found again.'),
  }),
  Revoked: outcomes('REVOKED', 'NOT_FOUND'),
  AuditEvent,
  AuditPage: z.strictObject({ events: z.array(AuditEvent), next_page_token: nextPageToken }),
  ChangedTenant,
  Tenant,
  Tenants: z.strictObject({ tenants: z.array(Tenant).describe('The first 1,000, by name.') }),
  RetentionRule,
  RetentionRules,
  RetentionForecast,
  Webhook,
  Webhooks: z.strictObject({ webhooks: z.array(Webhook).describe('Newest first, at most 1,000.') }),
  NewWebhook: z.strictObject({ webhook: Webhook, secret: webhookSecret }),
  DeletedWebhooks: outcomes('DELETED', 'NOT_FOUND'),
  WebhookTest: z.strictObject({
    delivered: z.boolean().describe('The receiver answered with a 2xx.'),
    status: count.nullable().describe('Null without an answer.'),
    error: z.string().nullable(),
    milliseconds: count,
  }),
  Delivery,
  DeliveriesPage: z.strictObject({ deliveries: z.array(Delivery), next_page_token: nextPageToken }),
  Replayed: outcomes('REPLAYED', 'SKIPPED'),
  Receipt,
  Uploads: z.strictObject({
    files: z
      .array(z.union([Receipt.extend({ filename: z.string() }), RefusedFile]))
      .describe('In the order of the parts.'),
  }),
  ChangedFiles: z.strictObject({
    files: z.array(File).describe('The latest state of the files that changed.'),
    deleted: z.array(z.uuid()),
    look_again: z
      .boolean()
      .describe('More changed than is reported, or the changes are no longer known: reload what you show.'),
  }),
  Retried: outcomes('RETRIED', 'NOT_FAILED', 'BYTES_EXPIRED', 'NOT_FOUND'),
  Paused: outcomes('PAUSED', 'NOT_PENDING', 'NOT_FOUND'),
  Resumed: outcomes('RESUMED', 'NOT_PAUSED', 'BATCH_PAUSED', 'NOT_FOUND'),
  Cancelled: outcomes('CANCELLED', 'ALREADY_ENDED', 'NOT_FOUND'),
  Deleted: outcomes('DELETED', 'NOT_FOUND'),
  Live: z.strictObject({ live: z.boolean() }),
  Ready: z.strictObject({
    ready: z.boolean(),
    missing: z.array(z.strictObject({ part: z.string(), detail: z.string() })),
    degraded: z
      .array(z.strictObject({ service: z.string(), part: z.string(), detail: z.string() }))
      .describe('Failing parts that Filemill works without: Redis. Without it everything works, only later.'),
  }),
  Document: z.looseObject({ openapi: z.string() }),
  RefusedFile,
  Problem: ProblemDetails.extend({
    files: z
      .array(RefusedFile)
      .exactOptional()
      .describe('The refused files of a form of which none was kept, in order.'),
  }),
} as const;

export type FileJson = Json<'File'>;
export type ResultJson = Json<'Result'>;
export type AttemptJson = DeepReadonly<z.infer<typeof Attempt>>;
export type StatsJson = Json<'Stats'>;
export type IncompleteUploadsJson = DeepReadonly<z.infer<typeof IncompleteUploads>>;
export type DatabaseStateJson = DeepReadonly<z.infer<typeof DatabaseState>>;
export type DurationsJson = DeepReadonly<z.infer<typeof Durations>>;
export type TokenJson = DeepReadonly<z.infer<typeof Token>>;
export type Problem = DeepReadonly<z.infer<typeof ProblemDetails>>;

export interface FileWithResultJson extends FileJson {
  /** The `output_data` document of docs/analysis.md; null without a result. */
  readonly result: Json<'Output'> | null;
}

/** A dependency, as a service sees it. */
export interface DependencyJson {
  readonly service: string;
  /** The name of the worker, for a worker. */
  readonly instance: string;
  readonly part: string;
  readonly state: 'OK' | 'FAILING' | 'UNUSED';
  /** Such as `18.1`; null if it is not known. */
  readonly version: string | null;
  readonly code: string | null;
  readonly detail: string | null;
  readonly since: string | null;
  /** How the connection to it is protected; null if the service does not say. */
  readonly link: Link | null;
}

export type SchemaName = keyof typeof schemas;
export type Json<Name extends SchemaName> = DeepReadonly<z.infer<(typeof schemas)[Name]>>;

type DeepReadonly<T> = T extends object ? { readonly [Key in keyof T]: DeepReadonly<T[Key]> } : T;

function outcomes<const Words extends readonly [string, ...string[]]>(...words: Words) {
  return z.strictObject({
    items: z
      .array(z.strictObject({ id: z.string(), outcome: z.enum(words) }))
      .describe('One per id, in the order of the request.'),
  });
}
