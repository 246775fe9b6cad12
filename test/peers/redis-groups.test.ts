import assert from 'node:assert/strict';
import { randomUUIDv7 } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import type { Redis } from 'ioredis';
import { pino } from 'pino';
import { isRedisAway } from '#adapters/redis/connection.ts';
import { createDoorbell } from '#adapters/redis/doorbell.ts';
import { workStream } from '#adapters/redis/rings.ts';
import type { FileWithResultJson } from '#contract/schemas.ts';
import { Certificates } from '#platform/tls/certificates.ts';
import { makeAuthority, writePair, writePem } from '../support/certificates.ts';
import { filemill } from '../support/cli.ts';
import { startCluster, workingServices } from '../support/cluster.ts';
import { eventually } from '../support/eventually.ts';
import { redisConformance } from '../support/redis-conformance.ts';
import { type RedisServers, startRedisCluster, startSentinelTrio } from '../support/redis-groups.ts';
import { testFolder } from '../support/start-services.ts';
import { valkeyServer } from './support/valkey.ts';

const logger = pino({ level: 'silent' });

const groups = [
  { name: 'Redis 7 as a Sentinel trio', start: startSentinelTrio, program: undefined },
  { name: 'Valkey 9 as a cluster of three', start: startRedisCluster, program: valkeyServer(9) },
];

for (const { name, start, program } of groups)
  describe(name, () => {
    let servers: RedisServers;
    before(async () => {
      servers = await start({ program });
    });
    after(() => servers?.[Symbol.asyncDispose]());

    redisConformance(name, async () => {
      const { admin } = await servers.primary();
      return { url: servers.url, admin, [Symbol.asyncDispose]: async () => undefined };
    });

    it('rings at the new primary after an orderly change, with the same connection', async () => {
      await using doorbell = createDoorbell(servers.url, logger);
      await doorbell.ring([randomUUIDv7()]);
      const before = await servers.primary();
      await servers.handOver();
      await eventually('another server is the primary', async () => (await servers.primary()).port !== before.port);
      const { admin } = await servers.primary();
      const rungBefore = await entriesAdded(admin);
      await eventually('a ring reaches it', async () => {
        await doorbell.ring([randomUUIDv7()]).catch((error) => assert.ok(isRedisAway(error)));
        return (await entriesAdded(admin)) > rungBefore;
      });
    });

    it('loses no file when the primary dies under load, and rings again', async () => {
      await using folder = await testFolder();
      await using system = await startCluster({
        services: workingServices,
        settings: { FILEMILL_REDIS_URL: servers.url },
      });
      const run = (...args: string[]) => filemill(args, { server: system.target('upload') });
      const upload = async (name: string) => {
        await mkdir(join(folder.path, name));
        for (let n = 0; n < 200; n++) await writeFile(join(folder.path, name, `${n}.txt`), `${name} ${n}`);
        return await run('upload', join(folder.path, name), '--wait', '--json');
      };
      const before = await servers.primary();
      const loads = [upload('one'), upload('two')];
      await eventually('some files have ended', async () => {
        const [row] = await system.query<{ ended: boolean }>('select exists (select from results) as ended');
        return row?.ended;
      });
      await before.kill();
      loads.push(upload('three'));
      for (const { code, stderr, lines } of await Promise.all(loads)) {
        assert.equal(code, 0, stderr);
        assert.equal(lines<FileWithResultJson>().filter(({ status }) => status === 'COMPLETED').length, 200);
      }
      const { port, admin } = await servers.primary();
      assert.notEqual(port, before.port);
      const rungBefore = await entriesAdded(admin);
      await eventually('a ring reaches the new primary', async () => {
        assert.equal((await run('upload', join(folder.path, 'one', '1.txt'))).code, 0);
        return (await entriesAdded(admin)) > rungBefore;
      });
      const [row] = await system.query<{ twice: number }>(
        'select (count(*) - count(distinct file_id))::int as twice from results',
      );
      assert.equal(row?.twice, 0);
    });
  });

/** How many rings the stream has ever had. */
async function entriesAdded(admin: Redis): Promise<number> {
  const pairs = (await admin.xinfo('STREAM', workStream).catch(() => [])) as unknown[];
  return Number(pairs[pairs.indexOf('entries-added') + 1] ?? 0);
}

it('a name that no Sentinel knows is told as that', async () => {
  await using servers = await startSentinelTrio();
  await using doorbell = createDoorbell(servers.url.replace('/fm', '/other'), logger);
  await assert.rejects(doorbell.depth(), /The Sentinels know no primary of the name/);
});

describe('groups of Redis by TLS', () => {
  for (const { name, start } of groups)
    it(`reaches ${name} by a certificate that its CA issued, and no other`, async () => {
      await using folder = await testFolder();
      const authority = await makeAuthority('redis');
      const ca = await writePem(join(folder.path, 'ca.pem'), authority.cert);
      const strangerCa = await writePem(join(folder.path, 'stranger.pem'), (await makeAuthority('another')).cert);
      const pair = await writePair(folder.path, 'redis', await authority.issue(['127.0.0.1']));
      await using servers = await start({ tls: { ...pair, ca } });
      await using doorbell = createDoorbell(servers.url, logger, new Certificates({ tlsCa: ca }));
      assert.equal(await doorbell.depth(), 0);
      await using distrustful = createDoorbell(servers.url, logger, new Certificates({ tlsCa: strangerCa }));
      await assert.rejects(distrustful.depth(), /certificate of Redis is not trusted/);
    });
});
