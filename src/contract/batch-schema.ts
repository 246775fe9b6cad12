import { z } from 'zod';
import { batchNameRule } from '#domain/batch.ts';
import { priorities, priorityRule } from '#domain/priority.ts';

const count = z.int().min(0);
const time = z.iso.datetime();

export const Batch = z.strictObject({
  name: z.string().describe(`Of ${batchNameRule}.`),
  tenant: z.string(),
  paused: z.boolean().describe('Whether it holds back what waits, what comes, and what comes back from a worker.'),
  priority: z.enum(priorities).describe('Of files that are uploaded to it without a priority of their own.'),
  created_at: time.nullable().describe('When its first file was registered.'),
  changed_at: time.nullable().describe('When files were last added, ended, retried or deleted.'),
  files: z
    .strictObject({ PENDING: count, PAUSED: count, PROCESSING: count, COMPLETED: count, FAILED: count })
    .describe('How many of its files are in each state.'),
  errors: z.array(z.strictObject({ code: z.string(), files: count })).describe('FAILED files by reason.'),
  bytes: count.describe('The size of all its files.'),
  words: count.describe('Found in its COMPLETED files.'),
  files_per_second: z.number().min(0).describe('Completed over the last minute; 0 in lists.'),
  seconds_left: z
    .number()
    .min(0)
    .nullable()
    .describe('At that rate, for what is not PAUSED; null while there is none.'),
});

export const Batches = z.strictObject({ batches: z.array(Batch) });

export const PriorityBody = z.strictObject({ priority: z.enum(priorities, `must be ${priorityRule}`) });

export const BatchPriority = z.strictObject({
  priority: z.enum(priorities),
  more: z.boolean().describe('More files wait with another priority: repeat the request.'),
});

export const ChangedBatch = z.strictObject({
  batch: Batch,
  more: z
    .boolean()
    .describe('More files follow: within seconds after a pause or resume, with a repeated call after a cancel.'),
});
