import assert from 'node:assert/strict';
import { randomUUIDv7 } from 'node:crypto';
import { describe, it } from 'node:test';
import { pino } from 'pino';
import { FilemillError } from '#domain/errors.ts';
import { eventually } from '#test/support/eventually.ts';
import { redisRefusals, startRefusingRedis } from '#test/support/redis-refusals.ts';

import { isRedisAway } from './connection.ts';
import { createDoorbell } from './doorbell.ts';
import { redisFault } from './faults.ts';

interface Line {
  readonly level: number;
  readonly code?: string;
  readonly msg: string;
}

describe('a Redis that refuses', () => {
  for (const refusal of redisRefusals)
    it(`is known by its name, ${refusal.code}, told of once, and used again when it serves`, async () => {
      await using server = await startRefusingRedis(refusal);
      const lines: Line[] = [];
      const logger = pino({}, { write: (line: string) => lines.push(JSON.parse(line)) });
      await using doorbell = createDoorbell(server.url, logger);
      await doorbell.ring([randomUUIDv7()]);
      assert.equal(await doorbell.depth(), 1);
      assert.deepEqual(lines, []);

      await refusal.begin(server);
      const refused = async (attempt: Promise<unknown>) => {
        const error = await attempt.catch((error: unknown) => error);
        return error instanceof FilemillError && isRedisAway(error) && error.facts.code === refusal.code;
      };
      await eventually('Redis refuses', () => refused(doorbell.depth()));
      for (let n = 0; n < 5; n++) {
        assert.ok(await refused(doorbell.depth()));
        assert.ok(await refused(doorbell.ring([randomUUIDv7()])));
      }
      const told = lines.filter(({ code }) => code === refusal.code);
      assert.deepEqual(
        told.map(({ level }) => level),
        [refusal.lasting ? 50 : 40],
      );

      await refusal.end(server);
      await eventually('a ring is heard again', () =>
        doorbell.ring([randomUUIDv7()]).then(
          () => true,
          () => false,
        ),
      );
      await doorbell.depth();
      assert.deepEqual(
        lines.filter(({ level }) => level === 30).map(({ msg }) => msg),
        ['Redis serves again'],
      );
    });
});

it('takes a reset over TLS for a client certificate that may be missing, and one in clear text for an absence', () => {
  const reset = Object.assign(new Error('read ECONNRESET'), { code: 'ECONNRESET' });
  assert.match(redisFault(reset, { tls: true }).sentence, /client certificate, set FILEMILL_TLS_CERT/);
  assert.equal(redisFault(reset).sentence, 'Redis does not answer (ECONNRESET).');
});
