/** Servers of which one is the primary: `redis+sentinel://…` or `redis+cluster://…`, and `rediss+…` for TLS. */
export interface RedisGroup {
  readonly kind: 'sentinel' | 'cluster';
  readonly tls: boolean;
  /** Sentinels, or nodes of the cluster. */
  readonly seeds: readonly RedisHost[];
  readonly username?: string | undefined;
  readonly password?: string | undefined;
  /** The name by which the Sentinels know the primary; empty for a cluster. */
  readonly name: string;
  readonly db: number;
  readonly sentinelUsername?: string | undefined;
  readonly sentinelPassword?: string | undefined;
}

export interface RedisHost {
  readonly host: string;
  readonly port: number;
}

/** What a setting that is none of them is told. */
export const redisUrlForms =
  'must be none, redis://…, unix:///PATH, redis+sentinel://HOST:PORT,HOST:PORT/NAME or redis+cluster://HOST:PORT,HOST:PORT; with rediss in place of redis for TLS';

/** Whether FILEMILL_REDIS_URL may be this. */
export function isRedisUrl(url: string): boolean {
  return /^(none$|rediss?:\/\/|unix:\/\/\/)/.test(url) || redisGroup(url) !== undefined;
}

/** Whether this address asks for TLS. */
export function isTls(url: string): boolean {
  return /^rediss(\+\w+)?:\/\//.test(url);
}

const form = /^redis(s?)\+(sentinel|cluster):\/\/(?:([^@/?]*)@)?([^@/?]+)(?:\/([^?]*))?(?:\?(.*))?$/;

/** @returns undefined for any other address; WHATWG's parser of URLs refuses several hosts */
export function redisGroup(url: string): RedisGroup | undefined {
  const [matched, tls, kind, login = '', hosts = '', path = '', query] = form.exec(url) ?? [];
  if (matched === undefined) return undefined;
  const isSentinel = kind === 'sentinel';
  const seeds = hosts.split(',').map((host) => hostOf(host, isSentinel ? 26379 : 6379));
  const parameters = new URLSearchParams(query);
  const db = Number(parameters.get('db') ?? 0);
  const [name, username, password] = decoded([path, ...login.split(/:(.*)/s, 2)]) ?? [];
  if (name === undefined || !seeds.every((seed) => seed !== undefined) || !Number.isInteger(db)) return undefined;
  if (isSentinel ? name === '' : name !== '' || db !== 0) return undefined;
  return {
    kind: isSentinel ? 'sentinel' : 'cluster',
    tls: tls === 's',
    seeds,
    ...(username && { username }),
    ...(password && { password }),
    name,
    db,
    sentinelUsername: parameters.get('sentinel_username') ?? undefined,
    sentinelPassword: parameters.get('sentinel_password') ?? undefined,
  };
}

/** @returns undefined if one of them is not percent-encoded */
function decoded(words: readonly string[]): string[] | undefined {
  try {
    return words.map(decodeURIComponent);
  } catch {
    return undefined;
  }
}

function hostOf(text: string, defaultPort: number): RedisHost | undefined {
  const [matched, address, name, port] = /^(?:\[([0-9a-f:.]+)\]|([^:[\]]+))(?::(\d{1,5}))?$/i.exec(text) ?? [];
  return matched === undefined ? undefined : { host: address ?? name ?? '', port: Number(port ?? defaultPort) };
}
