import { Redis } from 'ioredis';
import type { Link } from '#domain/link.ts';
import { backoffMs } from '#platform/abort.ts';
import { ConfigError } from '#platform/config.ts';
import { linkTo } from '#platform/link.ts';
import { Certificates, type ClientTls } from '#platform/tls/certificates.ts';
import { isRedisUrl, isTls, redisGroup, redisUrlForms } from './address.ts';
import { primaryConnector } from './primary-connector.ts';
import { PrimaryFinder, tlsOptions } from './primary-finder.ts';

/** The longest wait of a blocking read. All timeouts for a silent Redis build on it. */
export const blockMs = 1_000;

/** A command without an answer for this long has failed, so that a frozen Redis is noticed. */
const answerWithinMs = blockMs + 2_000;

const options = {
  protocol: 2 as const,
  disableClientInfo: true,
  connectTimeout: answerWithinMs,
  commandTimeout: answerWithinMs,
  // Cuts the connection to a frozen server, so that its buffers do not fill.
  socketTimeout: answerWithinMs,
  enableOfflineQueue: false,
  // The check needs permission for INFO, and would hide from each command why Redis refuses it.
  enableReadyCheck: false,
  autoResendUnfulfilledCommands: false,
  maxRetriesPerRequest: 0,
  retryStrategy: (times: number) => backoffMs(times, { maxMs: 2_000 }),
};

/**
 * A client that reconnects for ever, of the one server that holds `key`.
 *
 * @throws ConfigError
 */
export function openRedis(url: string, key: string, ca: ClientTls | undefined): Redis {
  if (!isRedisUrl(url) || url === 'none') throw new ConfigError(`FILEMILL_REDIS_URL: ${redisUrlForms}`);
  const tls = isTls(url) ? (ca ?? new Certificates({})) : undefined;
  const group = redisGroup(url);
  if (group !== undefined) {
    const { username, password, db } = group;
    const finder = new PrimaryFinder({ group, key, tls, answerWithinMs });
    // `tls` says only for which event to wait.
    const secure = tls && { tls: {} };
    return new Redis({ ...options, ...secure, username, password, db, Connector: primaryConnector(finder, tls) });
  }
  if (url.startsWith('unix://')) return new Redis({ ...options, path: url.slice('unix://'.length) });
  return new Redis(url, { ...options, ...(tls && { tls: tlsOptions(hostOf(url), tls) }) });
}

/** How connections to this address are protected. */
export function redisLink(url: string): Link {
  if (url.startsWith('unix://')) return linkTo(undefined);
  const tls = isTls(url) ? 'TLS' : undefined;
  const links = (redisGroup(url)?.seeds ?? [{ host: hostOf(url) }]).map(({ host }) => linkTo(host, tls));
  return links.find((link) => link !== 'LOCAL') ?? 'LOCAL';
}

function hostOf(url: string): string {
  return URL.parse(url)?.hostname.replace(/^\[|\]$/g, '') ?? '';
}
