#!/bin/sh
# ioredis 6.0.0 with a Connector of one's own, the option by which its own Sentinel support finds a server.
#
# One would guess that a connector that rejects is asked again after the delay of retryStrategy, as a server that refuses the
# connection is. It is asked once: the client ends for good, and retryStrategy is never called. Only a stream that fails is
# tried again, so a connector that finds no server has to answer with a broken stream.
#
# Programs that look up the primary by themselves (service discovery, a failover of their own) meet it: one failed lookup while
# they start, and they stay without Redis.
set -eu

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init --yes >/dev/null
npm install --silent --no-audit --no-fund ioredis@6.0.0

cat >look.mjs <<'JS'
import { readFileSync } from 'node:fs';
import { Socket } from 'node:net';
import { Redis } from 'ioredis';

console.log('ioredis', JSON.parse(readFileSync('node_modules/ioredis/package.json', 'utf8')).version);

async function look(title, connect) {
  let [asked, retried] = [0, false];
  class Connector {
    connect() {
      asked += 1;
      return connect();
    }
    check() {
      return true;
    }
    disconnect() {}
  }
  const retryStrategy = () => {
    retried = true;
    return 10;
  };
  const redis = new Redis({ Connector, retryStrategy, lazyConnect: true, maxRetriesPerRequest: null });
  redis.on('error', () => {});
  redis.connect().catch(() => {});
  while (redis.status !== 'end' && asked < 3) await new Promise((resolve) => setTimeout(resolve, 10));
  console.log(`${title}: ${asked === 1 ? 'asked once' : 'asked again'}, retryStrategy ${retried ? 'called' : 'never called'}`);
  redis.disconnect();
}

await look('a connector that rejects', async () => {
  throw new Error('no primary yet');
});
await look('one that answers with a broken stream', async () => new Socket().destroy());
process.exit(0);
JS

cat >expected <<'TXT'
ioredis 6.0.0
a connector that rejects: asked once, retryStrategy never called
one that answers with a broken stream: asked again, retryStrategy called
TXT
node look.mjs >seen
cat seen
diff expected seen
