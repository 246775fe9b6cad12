import assert from 'node:assert/strict';
import { beforeEach, describe, it } from 'node:test';
import type { Reader } from './database.ts';
import { ReplicaAge } from './replica-age.ts';

interface Server {
  timeline: number | null;
  lsn: string | null;
}

const asked = (server: Server): Reader => ({
  tenant: undefined,
  query: async <Row extends object>() => [{ ...server }] as Row[],
});

describe('how old a replica may be', () => {
  let now: number;
  let primary: Server;
  let replica: Server;
  let age: ReplicaAge;
  beforeEach(() => {
    now = 1_000;
    primary = { timeline: 1, lsn: '100' };
    replica = { timeline: 1, lsn: '100' };
    age = new ReplicaAge(() => now);
  });

  const look = async (atMs: number, positions: { written?: string; replayed?: string } = {}) => {
    now = atMs;
    primary.lsn = positions.written ?? primary.lsn;
    replica.lsn = positions.replayed ?? replica.lsn;
    await age.look(asked(primary), asked(replica), 10_000);
  };

  it('is unknown before the first look', () => assert.equal(age.ms, Number.POSITIVE_INFINITY));

  it('counts from the last time at which the primary had nothing that the replica has not replayed', async () => {
    await look(1_000);
    await look(2_000, { written: '200', replayed: '150' });
    now = 2_500;
    assert.equal(age.ms, 1_500);
    await look(3_000, { written: '300', replayed: '200' });
    assert.equal(age.ms, 1_000);
    await look(4_000, { replayed: '300' });
    assert.equal(age.ms, 0);
  });

  it('grows while the replica replays nothing, also when nothing is written', async () => {
    await look(1_000);
    for (const at of [2_000, 3_000]) await look(at, { written: '101' });
    assert.equal(age.ms, 2_000);
  });

  for (const [what, servers] of Object.entries({
    'has another timeline, as one that does not follow the new primary': {
      replica: { timeline: 1, lsn: '900' },
      primary: { timeline: 2, lsn: '120' },
    },
    'is in no recovery, as a primary that was replaced': { replica: { timeline: null, lsn: null } },
    'is behind all that is remembered of the primary': { replica: { timeline: 1, lsn: '99' } },
  }) as [string, { replica: Server; primary?: Server }][])
    it(`is unknown for a server that ${what}`, async () => {
      await look(1_000);
      replica = servers.replica;
      primary = servers.primary ?? primary;
      age = new ReplicaAge(() => now);
      await look(2_000);
      assert.equal(age.ms, Number.POSITIVE_INFINITY);
    });

  it('is unknown again after a failure, until the next look', async () => {
    await look(1_000);
    age.forget();
    assert.equal(age.ms, Number.POSITIVE_INFINITY);
    await look(2_000);
    assert.equal(age.ms, 0);
  });
});
