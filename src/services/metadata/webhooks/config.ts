import { z } from 'zod';
import { AddressRanges } from '#platform/address-ranges.ts';
import { ConfigError, integer } from '#platform/config.ts';
import { Destinations } from './destinations.ts';

const addressRanges = z.string().transform((text, context) => {
  const ranges = text
    .split(',')
    .map((range) => range.trim())
    .filter((range) => range !== '');
  if (AddressRanges.of(...ranges) !== undefined) return ranges;
  context.addIssue({ code: 'custom', message: 'must be comma-separated addresses such as 10.0.0.0/8' });
  return z.NEVER;
});

export const webhookSettings = {
  /** `1` lets webhooks send by http to public addresses. */
  webhooksAllowHttp: z
    .enum(['0', '1'], 'must be 0 or 1')
    .default('0')
    .transform((word) => word === '1'),
  /** Private addresses that webhooks may reach, by http too. */
  webhooksAllowPrivate: addressRanges.prefault(''),
  /** How long deliveries can be listed and replayed: longer than they are retried. */
  webhooksRetentionDays: integer(2, 365).default(7),
  /** The stream of Redis that all events go to as well; unset for none. */
  eventsRedisStream: z
    .string()
    .regex(/^[\w:.{}-]{1,200}$/, 'must be letters, digits and any of ":", ".", "_", "-", "{" and "}"')
    .optional(),
  /** About how many events the stream keeps. */
  eventsRedisMaxEntries: integer(1).default(1_000_000),
} as const;

type WebhookSettings = z.infer<z.ZodObject<typeof webhookSettings>>;

/** @throws ConfigError */
export function webhookConfig(settings: WebhookSettings, redisUrl: string) {
  const { eventsRedisStream: stream, eventsRedisMaxEntries: maxStreamEntries } = settings;
  if (stream !== undefined && redisUrl === 'none')
    throw new ConfigError('FILEMILL_EVENTS_REDIS_STREAM: needs the Redis of FILEMILL_REDIS_URL, which is none');
  const { webhooksAllowHttp: allowHttp, webhooksAllowPrivate: allowPrivate } = settings;
  return {
    destinations: new Destinations({ allowHttp, allowPrivate }),
    retentionDays: settings.webhooksRetentionDays,
    stream,
    maxStreamEntries,
  };
}
