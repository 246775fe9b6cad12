import { z } from 'zod';
import { workerStates } from '#domain/worker-state.ts';
import { Durations } from './history-schema.ts';

const time = z.iso.datetime();
const count = z.int().min(0);

export const DatabaseState = z.strictObject({
  pooled: z.boolean().describe('The service connects through a pooler and has no session of its own.'),
  notified: z.boolean().describe('PostgreSQL notifies the service of changes; otherwise the service polls.'),
  now: time.nullable().describe("PostgreSQL's clock."),
  service_now: time.nullable().describe('The clock of the service at the same moment.'),
  latest_step: z
    .strictObject({ at: time.nullable(), seconds: z.number().describe('Negative when the clock was set back.') })
    .nullable()
    .describe("The latest step of PostgreSQL's clock that the service has seen."),
});

export const IncompleteUploads = z.strictObject({
  uploads: count,
  bytes: count,
  max_uploads: count.describe('Beyond this number, idle uploads are evicted.'),
  max_bytes: count
    .nullable()
    .describe('Beyond this size, idle uploads are evicted; null when the volume does not report its size.'),
  callers: z
    .array(z.strictObject({ address: z.string(), uploads: count, bytes: count }))
    .describe('At most ten, largest first; all clients of `web` count as one.'),
});

export const Worker = z.strictObject({
  name: z.string(),
  started_at: time.nullable(),
  seen_at: time.nullable(),
  slots: count.describe('Number of threads.'),
  busy: count.describe('Busy threads.'),
  source: z.string(),
  state: z
    .enum(workerStates)
    .describe('DRAINING: it claims no more files and finishes those that it holds. DRAINED: it holds none any longer.'),
});

export const Workers = z.strictObject({ workers: z.array(Worker) });

export const Stats = z.strictObject({
  statuses: z.record(z.string(), z.strictObject({ files: count, bytes: count })),
  errors: z.array(z.strictObject({ code: z.string(), files: count })).describe('FAILED files by reason.'),
  oldest_pending_seconds: z.number().min(0),
  workers: z.array(Worker),
  wait_seconds: Durations.nullable().describe(
    'From the registration of a file to the claim that completed it, over the latest 1,000 results.',
  ),
  processing_seconds: Durations.nullable().describe('From that claim to the result.'),
  database: DatabaseState.nullable().describe('The state of PostgreSQL, as the answering metadata service sees it.'),
  incomplete_uploads: IncompleteUploads.nullable()
    .optional()
    .describe('What unfinished uploads hold; null while that is unknown, absent in events.'),
});
