import { type FaultEntry, findFault, lasting, passing, type StoreFault } from '#domain/store-fault.ts';

const elsewhere = { reconnect: true };

/** Errors that Redis answers, by their first word. */
const answers: readonly FaultEntry[] = [
  passing(/^READONLY/, 'Redis accepts no writes: it is a read-only replica, as after a failover.', elsewhere),
  passing(/^LOADING/, 'Redis is loading its data.', elsewhere),
  passing(/^MASTERDOWN/, 'Redis is a replica that has lost its primary.', elsewhere),
  passing(/^NOREPLICAS/, 'Redis accepts no writes: too few replicas are connected to it.', elsewhere),
  passing(/^CLUSTERDOWN/, 'The Redis Cluster is down: not all of its slots are served.', elsewhere),
  lasting(
    /^(MOVED|ASK)/,
    'Redis is a node of a cluster: name nodes of it by redis+cluster://HOST:PORT,HOST:PORT in FILEMILL_REDIS_URL.',
  ),
  lasting(/^NOMASTER/, 'The Sentinels know no primary of the name in FILEMILL_REDIS_URL: set the right one.'),
  lasting(/^MISCONF/, 'Redis accepts no writes because it cannot save its data: check its log and its disk.'),
  lasting(/^OOM/, 'Redis is out of memory: raise its maxmemory, or free some.'),
  lasting(/^NOAUTH/, 'Redis requires a password: add it to FILEMILL_REDIS_URL.', elsewhere),
  lasting(/^(WRONGPASS|ERR invalid password)/, 'Redis refuses the password in FILEMILL_REDIS_URL: set the right one.'),
  lasting(/^NOPERM/, 'The user of FILEMILL_REDIS_URL does not have a permission that it needs in Redis: grant it.'),
  lasting(/^DENIED/, 'Redis is in protected mode and refuses other machines: set a password there.'),
  lasting(/^WRONGTYPE/, 'The key filemill:work in Redis holds something else: give Filemill a database of its own.'),
  lasting(/^ERR unknown command/, 'Redis does not know a command: Filemill needs Redis 6.2 or newer, or Valkey.'),
  passing(/^ERR max number of clients/, 'Redis has no free connection: its maxclients is reached.', elsewhere),
  passing(/^BUSY /, 'Redis is busy with a script.'),
];

/** What nodes answer to those that know the cluster. */
const answersOfCluster: readonly FaultEntry[] = [
  passing(/^MOVED/, 'Another node of the Redis Cluster serves now, as after a failover.', elsewhere),
  passing(/^ASK/, 'The Redis Cluster moves slots from one node to another.'),
  ...answers,
];

const connections: readonly FaultEntry[] = [
  lasting(/certificate required/i, 'Redis asks for a client certificate: set FILEMILL_TLS_CERT and FILEMILL_TLS_KEY.'),
  lasting(
    /certificate|CERT_/i,
    'The certificate of Redis is not trusted: set FILEMILL_TLS_CA to its CA, and name a host in FILEMILL_REDIS_URL that it holds.',
  ),
  lasting(
    /wrong version number|ERR_SSL_/i,
    'Redis does not speak TLS at this port, which FILEMILL_REDIS_URL requires.',
  ),
];

export interface RedisKind {
  readonly cluster?: boolean;
  readonly tls?: boolean;
}

/**
 * @param error an answer of Redis, or a failure of the connection
 * @param kind.tls whether the connection speaks TLS. Redis then resets one that shows no client certificate, and its alert
 *   that says so may be lost by that: TLS 1.3 (RFC 8446, section 4.4) sends it after the client believes in the connection
 */
export function redisFault(error: unknown, { cluster = false, tls = false }: RedisKind = {}): StoreFault {
  const { name, message = '', code = '' } = error as Error & { code?: string };
  if (name === 'ReplyError') {
    const [word = ''] = message.split(' ', 1);
    return (
      findFault(cluster ? answersOfCluster : answers, word, message) ?? {
        ...silent,
        code: word,
        sentence: `Redis refuses a command (${word}).`,
      }
    );
  }
  if (tls && code === 'ECONNRESET') return { ...silent, sentence: resetSentence };
  const why = /^E[A-Z]+$/.test(code) ? ` (${code})` : '';
  const away = { ...silent, sentence: `Redis does not answer${why}.` };
  return findFault(connections, code || 'REFUSED', `${code} ${message}`) ?? away;
}

const resetSentence =
  'Redis resets the connection (ECONNRESET). If it asks for a client certificate, set FILEMILL_TLS_CERT and FILEMILL_TLS_KEY.';
const silent = { code: 'AWAY', kind: 'passing', reconnect: false } as const;
