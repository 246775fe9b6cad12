import type { MessageInitShape } from '@bufbuild/protobuf';
import { type Timestamp, timestampDate, timestampFromDate } from '@bufbuild/protobuf/wkt';
import { FilemillError } from '#domain/errors.ts';
import {
  type DeliveryRecord,
  type DeliveryState,
  deliveryStates,
  type FileEvent,
  fileEvents,
  type WebhookRecord,
} from '#domain/webhook.ts';
import type { Delivery, DeliverySchema, Webhook, WebhookSchema } from '#gen/filemill/v1/webhook_service_pb.ts';
import { optionalTimestamp } from './callers.ts';
import type { Json } from './schemas.ts';

/** Conversions between webhooks, gRPC messages and JSON. */

/** What stands for all tenants. */
export const allTenants = '*';

export function webhookToMessage(webhook: WebhookRecord): MessageInitShape<typeof WebhookSchema> {
  const { tenant, events, types, paths, kind: _, ...rest } = webhook;
  return {
    ...rest,
    tenant: tenant ?? allTenants,
    ...{ events: [...events], types: [...types], paths: [...paths] },
    createdAt: timestampFromDate(webhook.createdAt),
    oldSecretUntil: optionalTimestamp(webhook.oldSecretUntil),
    pausedUntil: optionalTimestamp(webhook.pausedUntil),
    lastFailureAt: optionalTimestamp(webhook.lastFailureAt),
    lastSuccessAt: optionalTimestamp(webhook.lastSuccessAt),
  };
}

export function deliveryToMessage(delivery: DeliveryRecord): MessageInitShape<typeof DeliverySchema> {
  const { createdAt, lastAt, nextAt, lastStatus, ...rest } = delivery;
  return {
    ...rest,
    lastStatus: Math.max(0, lastStatus),
    createdAt: timestampFromDate(createdAt),
    lastAt: optionalTimestamp(lastAt),
    nextAt: optionalTimestamp(nextAt),
  };
}

/** @throws FilemillError INTERNAL */
export function webhookToJson(webhook: Webhook | undefined): Json<'Webhook'> {
  if (webhook === undefined) throw new FilemillError('INTERNAL', 'The answer about a webhook is empty.');
  const { id, tenant, url, description, events, types, paths, enabled, failures } = webhook;
  return {
    ...{ id, tenant, url, description, types: [...types], paths: [...paths], enabled },
    events: fileEvents.filter((event) => events.includes(event)),
    disabled_reason: webhook.disabledReason || null,
    created_at: time(webhook.createdAt),
    old_secret_until: time(webhook.oldSecretUntil),
    failures,
    paused_until: time(webhook.pausedUntil),
    last_failure: webhook.lastFailure || null,
    last_failure_at: time(webhook.lastFailureAt),
    last_success_at: time(webhook.lastSuccessAt),
  };
}

export function deliveryToJson(delivery: Delivery): Json<'Delivery'> {
  const { id, webhookId, fileId, filename, event, state, attempts, lastStatus, lastError } = delivery;
  return {
    ...{ id, webhook_id: webhookId, file_id: fileId, filename, event, attempts },
    state: deliveryStates.find((one) => one === state) ?? 'UNKNOWN',
    created_at: time(delivery.createdAt),
    last_status: lastStatus || null,
    last_error: lastError || null,
    last_at: time(delivery.lastAt),
    next_at: time(delivery.nextAt),
  };
}

/** All of them for an empty list. @throws FilemillError REQUEST_INVALID */
export function requireEvents(words: readonly string[]): readonly FileEvent[] {
  const unknown = words.find((word) => !(fileEvents as readonly string[]).includes(word));
  if (unknown === undefined) return words.length === 0 ? fileEvents : fileEvents.filter((one) => words.includes(one));
  throw new FilemillError('REQUEST_INVALID', `\`events\` must hold some of ${fileEvents.join(', ')}.`);
}

/** @throws FilemillError REQUEST_INVALID */
export function requireDeliveryState(word: string): DeliveryState | null {
  const state = deliveryStates.find((one) => one === word);
  if (state !== undefined || word === '') return state ?? null;
  throw new FilemillError('REQUEST_INVALID', `\`state\` must be one of ${deliveryStates.join(', ')}.`);
}

const mostValues = 50;
const longestValue = 200;

/** @throws FilemillError REQUEST_INVALID */
export function requireTypes(types: readonly string[]): readonly string[] {
  const clean = requireValues(types, 'types').map((type) => type.toLowerCase());
  const wrong = clean.find((type) => !/^[a-z0-9][\w.+-]*\/([\w.+-]+|\*)$/.test(type));
  if (wrong === undefined) return clean;
  throw new FilemillError('REQUEST_INVALID', '`types` must hold types such as `text/plain` or `image/*`.');
}

/** @throws FilemillError REQUEST_INVALID */
export function requirePaths(paths: readonly string[]): readonly string[] {
  return requireValues(paths, 'paths');
}

function requireValues(values: readonly string[], field: string): readonly string[] {
  if (values.length <= mostValues && values.every((value) => isPlain(value) && value.length > 0)) return values;
  throw new FilemillError(
    'REQUEST_INVALID',
    `\`${field}\` must hold at most ${mostValues} texts of 1 to ${longestValue} characters, without control characters.`,
  );
}

/** @throws FilemillError REQUEST_INVALID */
export function requireDescription(text: string): string {
  if (isPlain(text)) return text.trim();
  throw new FilemillError(
    'REQUEST_INVALID',
    `\`description\` must have at most ${longestValue} characters, without control characters.`,
  );
}

function isPlain(text: string): boolean {
  return text.length <= longestValue && !/\p{C}/u.test(text);
}

function time(timestamp: Timestamp | undefined): string | null {
  return timestamp === undefined ? null : timestampDate(timestamp).toISOString();
}
