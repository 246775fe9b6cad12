import { type FaultEntry, findFault, lasting, passing, type StoreFault } from '#domain/store-fault.ts';

const elsewhere = { reconnect: true };

/** What Redis answers in place of what it was asked for, by the word that it begins with. */
const answers: readonly FaultEntry[] = [
  passing(/^READONLY/, 'Redis takes no writes: it is a read-only replica, as after a failover.', elsewhere),
  passing(/^LOADING/, 'Redis is loading its data.', elsewhere),
  passing(/^MASTERDOWN/, 'Redis is a replica that has lost its primary.', elsewhere),
  passing(/^NOREPLICAS/, 'Redis takes no writes: too few replicas are connected to it.', elsewhere),
  passing(/^CLUSTERDOWN/, 'The Redis Cluster is down: not all of its slots are served.', elsewhere),
  lasting(
    /^(MOVED|ASK)/,
    'Redis is a node of a cluster, and not the one that holds the work: Filemill needs a single Redis.',
  ),
  lasting(/^MISCONF/, 'Redis takes no writes because it cannot save its data: look at its log and its disk.'),
  lasting(/^OOM/, 'Redis has no memory left: raise its maxmemory, or free some.'),
  lasting(/^NOAUTH/, 'Redis asks for a password: put it into FILEMILL_REDIS_URL.', elsewhere),
  lasting(/^(WRONGPASS|ERR invalid password)/, 'Redis refuses the password in FILEMILL_REDIS_URL: set the right one.'),
  lasting(/^NOPERM/, 'The user of FILEMILL_REDIS_URL lacks a permission in Redis: grant it.'),
  lasting(/^DENIED/, 'Redis is in protected mode and lets nobody in from another machine: set a password there.'),
  lasting(/^WRONGTYPE/, 'Redis holds something else under the key of the work: give Filemill a database of its own.'),
  lasting(/^ERR unknown command/, 'Redis lacks a command: Filemill needs Redis 6.2 or newer, or Valkey.'),
  passing(/^ERR max number of clients/, 'Redis has no connection left: all of its maxclients are in use.', elsewhere),
  passing(/^BUSY /, 'Redis is busy with a script.'),
];

const connections: readonly FaultEntry[] = [
  lasting(/certificate|CERT_/i, 'The certificate of Redis is not trusted: check FILEMILL_REDIS_URL.'),
];

/** @param error what Redis answered, or how the connection failed */
export function redisFault(error: unknown): StoreFault {
  const { name, message = '', code = '' } = error as Error & { code?: string };
  if (name === 'ReplyError') {
    const [word = ''] = message.split(' ', 1);
    const other = {
      code: word,
      kind: 'passing',
      reconnect: false,
      sentence: `Redis refuses a command (${word}).`,
    } as const;
    return findFault(answers, word, message) ?? other;
  }
  const why = /^E[A-Z]+$/.test(code) ? ` (${code})` : '';
  const away = { code: 'AWAY', kind: 'passing', reconnect: false, sentence: `Redis does not answer${why}.` } as const;
  return findFault(connections, code || 'REFUSED', `${code} ${message}`) ?? away;
}
