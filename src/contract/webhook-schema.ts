import { z } from 'zod';
import { deliveryStates, fileEvents } from '#domain/webhook.ts';

const time = z.iso.datetime();
const count = z.int().min(0);

export const Webhook = z.strictObject({
  id: z.uuid(),
  tenant: z.string().describe('Whose files it is told of; `*` for those of all tenants.'),
  url: z.string().describe('`redis-stream:NAME` for the stream of FILEMILL_EVENTS_REDIS_STREAM.'),
  description: z.string(),
  events: z.array(z.enum(fileEvents)),
  types: z.array(z.string()).describe('Only files of these types, such as `text/plain` or `image/*`; empty for all.'),
  paths: z.array(z.string()).describe('Only files whose path begins so; empty for all.'),
  enabled: z.boolean(),
  disabled_reason: z.string().nullable().describe('Why Filemill disabled it.'),
  created_at: time.nullable(),
  old_secret_until: time.nullable().describe('Until when messages are also signed with the earlier secret.'),
  failures: count.describe('Failed attempts since the latest success.'),
  paused_until: time.nullable().describe('Nothing is sent until then, because the receiver fails.'),
  last_failure: z.string().nullable(),
  last_failure_at: time.nullable(),
  last_success_at: time.nullable(),
});

export const Delivery = z.strictObject({
  id: z.uuid().describe('The `webhook-id` of the message, the same in all attempts.'),
  webhook_id: z.uuid(),
  file_id: z.uuid(),
  filename: z.string(),
  event: z.string(),
  created_at: time.nullable(),
  state: z.enum([...deliveryStates, 'UNKNOWN']).describe('GIVEN_UP: no attempt succeeded within 24 hours.'),
  attempts: count,
  last_status: count.nullable().describe('The HTTP status of the latest answer.'),
  last_error: z.string().nullable(),
  last_at: time.nullable(),
  next_at: time.nullable().describe('The next attempt, if one failed.'),
});

export const webhookSecret = z.string().describe('`whsec_…`. It is told once, here, and cannot be found again.');
