import { z } from 'zod';
import { endedStatuses } from '#domain/retention.ts';

const time = z.iso.datetime();
const count = z.int().min(0);
const seconds = count.nullable();

export const RetentionRule = z.strictObject({
  id: z.uuid(),
  tenant: z.string().nullable().describe('Null: all tenants.'),
  status: z.enum(endedStatuses).nullable().describe('Null: both. Files in other states are never removed.'),
  keep_files_seconds: seconds.describe(
    'Seconds until the row, the result, the text and the bytes of a file go; null for ever.',
  ),
  keep_bytes_seconds: seconds.describe('Seconds until the bytes and the text of a file go; null for ever.'),
  is_default: z.boolean().describe('The rule comes from the settings of the server.'),
  changed_at: time.nullable(),
  acts_at: time.nullable().describe('The rule removes nothing earlier.'),
  is_removed: z.boolean().describe('Its files stay until `acts_at`; then the rule is forgotten.'),
});

const Removable = z.strictObject({
  files: count,
  bytes: count,
  oldest_ended_at: time.nullable(),
  has_more: z.boolean().describe('Only the oldest 50,000 files in each state were looked at: there may be more.'),
});

export const RetentionRules = z.strictObject({ rules: z.array(RetentionRule).describe('Those of all tenants first.') });

export const RetentionForecast = z.strictObject({
  files: Removable.describe('Files that go with their results, texts and bytes.'),
  bytes: Removable.describe('Files of which only the bytes and the text go.'),
  next_at: time.nullable().describe('When the next COMPLETED file falls due; null if none was found.'),
});
