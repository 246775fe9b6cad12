import assert from 'node:assert/strict';
import { randomUUID, randomUUIDv7 } from 'node:crypto';
import { after, before, describe, it } from 'node:test';
import type { ClaimedFile, Lease } from '#domain/file.ts';
import { newFile, openTestDatabase } from '#test/support/files.ts';
import type { Database } from './database/database.ts';
import { type ClockRange, DatabaseClock } from './database/database-clock.ts';
import { claimFiles } from './files/file-claims.ts';
import { createFiles } from './files/file-creation.ts';
import { expireLeases, failAttempts, renewLeases } from './files/file-leases.ts';
import { getFiles } from './files/file-queries.ts';
import { takeDueRings } from './files/file-rings.ts';
import { moveBlobs, movedForMs, takeDeletions } from './upkeep/blob-deletions.ts';
import { lockUploads } from './upkeep/upload-locks.ts';
import { aliveMs, recordHeartbeat, workersAlive } from './upkeep/workers.ts';

const leaseMs = 15_000;
const minutes = 60_000;
const roundMs = 2_000;

/**
 * A database whose clock steps, and whose time passes as fast as the test wants: all times in rows are set back by as much
 * as PostgreSQL's clock is to be ahead of the machine's. A process reads that clock in every round.
 */
class SteppingWorld {
  readonly database: Database;
  /** PostgreSQL's clock and the monotonic clock of this simulation. */
  #now = Date.now();
  #steady = 0;
  #reallyAt = performance.now();
  #clock: DatabaseClock;

  constructor(database: Database) {
    this.database = database;
    this.#clock = this.#newClock(0);
  }

  async step(ms: number): Promise<void> {
    this.#now += ms;
    await this.#age(ms);
  }

  /** At least the real time since the previous call, so that a slow machine changes nothing. */
  async pass(ms: number): Promise<void> {
    const really = performance.now() - this.#reallyAt;
    this.#reallyAt += really;
    const passes = Math.max(ms, really);
    this.#steady += passes;
    this.#now += passes;
    await this.#age(passes - really);
    await this.#clock.look();
  }

  /** Simulates a process that has just started, on a host whose clock differs from PostgreSQL's by this much. */
  restart(hostAheadMs: number): void {
    this.#clock = this.#newClock(hostAheadMs);
  }

  get lastStep(): number | undefined {
    return this.#clock.step?.seconds;
  }

  get seconds(): number {
    return this.#steady / 1_000;
  }

  /** The time as rows hold it. */
  range(ms: number): ClockRange {
    const { earliest, latest } = this.#clock.range(ms);
    const ahead = this.#now - Date.now();
    return { earliest: new Date(Number(earliest) - ahead), latest: new Date(Number(latest) - ahead) };
  }

  async #age(ms: number): Promise<void> {
    const back = `- interval '1 millisecond' * $1`;
    for (const text of [
      `update files set run_after = run_after ${back}, next_ring_at = next_ring_at ${back}, claimed_at = claimed_at ${back},
         lease_until = lease_until ${back}, created_at = created_at ${back}, updated_at = updated_at ${back}`,
      `update claims set claimed_at = claimed_at ${back}`,
      `update upload_locks set locked_until = locked_until ${back}`,
      `update workers set seen_at = seen_at ${back}`,
      `update blob_deletions set created_at = created_at ${back}, taken_until = taken_until ${back}`,
    ])
      await this.database.query({ text }, [ms]);
  }

  #newClock(hostAheadMs: number): DatabaseClock {
    return new DatabaseClock(this.database, {
      longestMs: movedForMs,
      askTime: async () => this.#now,
      hostTime: () => this.#now + hostAheadMs,
      steadyTime: () => this.#steady,
    });
  }
}

const steps = [
  { name: '30 minutes ahead', ms: 30 * minutes, restartedOn: undefined },
  { name: '30 minutes back', ms: -30 * minutes, restartedOn: undefined },
  { name: '2 days ahead', ms: 2 * 24 * 60 * minutes, restartedOn: undefined },
  { name: '40 seconds back', ms: -40_000, restartedOn: undefined },
  { name: '30 minutes ahead, and metadata starts anew', ms: 30 * minutes, restartedOn: -30 * minutes },
  { name: '30 minutes back, and metadata starts anew', ms: -30 * minutes, restartedOn: 30 * minutes },
];

for (const { name, ms, restartedOn } of steps)
  describe(`when PostgreSQL's clock steps ${name}`, () => {
    const resources = new AsyncDisposableStack();
    let world: SteppingWorld;
    let database: Database;
    let steppedAt: number;
    /** Seconds from the step to the first occurrence of each. */
    const happened = new Map<string, number>();
    const files = new Map<string, string>();
    const held = new Map<string, Lease>();
    const moved = { id: '', storageKey: '' };
    /** The events that a small step back delays. */
    const late = ms < 0 && ms > -minutes ? -ms / 1_000 : 0;
    const locks = { renewed: asked(), abandoned: asked() };

    before(async () => {
      database = resources.use(await openTestDatabase()).database;
      world = new SteppingWorld(database);
      await arrange();
      for (let n = 0; n < 5; n++) await round(n, [...held.keys()], false);
      await world.step(ms);
      steppedAt = world.seconds;
      if (restartedOn !== undefined) world.restart(restartedOn);
      for (let n = 0; n < 70; n++) await round(n, ['healthy', 'alone'], true);
    });
    after(() => resources.disposeAsync());

    async function arrange(): Promise<void> {
      for (const one of ['due', 'waiting', 'healthy', 'dead', 'alone', 'dead alone', 'moved']) {
        const file = newFile();
        await createFiles(database, [file], 3);
        files.set(one, file.id);
        if (one === 'due' || one === 'moved') continue;
        const lease = await claim(file.id);
        if (one === 'waiting')
          await failAttempts(database, [{ ...lease, errorCode: 'e', errorMessage: '', permanent: false }]);
        else held.set(one, lease);
      }
      await database.query({ text: `update files set run_after = now() + interval '50 s' where id = $1` }, [
        files.get('waiting'),
      ]);
      for (const one of ['alone', 'dead alone']) await renewLeases(database, [held.get(one) as Lease], leaseMs, true);
      Object.assign(moved, { id: files.get('moved'), storageKey: files.get('moved') });
    }

    async function claim(id: string): Promise<ClaimedFile> {
      const [file] = await claimFiles(database, [id], { worker: 'w', leaseToken: randomUUID(), leaseMs });
      assert(file !== undefined);
      return file;
    }

    /** Simulates two seconds. Workers of `living` renew when a third of their lease has passed, but not right after the step. */
    async function round(n: number, living: readonly string[], stepped: boolean): Promise<void> {
      for (const [one, lease] of held)
        if (living.includes(one) && n % (one.includes('alone') ? 10 : 3) === 2)
          assert.deepEqual(await renewLeases(database, [lease], leaseMs), ['DONE'], `${one} lost its lease`);
      if (!stepped && n === 4) await moveBlobs(database, [{ ...moved, copyKey: randomUUIDv7() }]);
      if (n % 2 === 1)
        await lockUploads(database, stepped ? [locks.renewed] : Object.values(locks), leaseMs, world.range(leaseMs));
      if (n % 2 === 1)
        for (const name of stepped ? ['living'] : ['living', 'silent'])
          await recordHeartbeat(database, {
            name,
            startedAt: new Date(),
            service: null,
            now: null,
            slots: 1,
            busy: 0,
            source: 'direct',
            dependencies: [],
            drained: false,
          });
      await world.pass(roundMs);
      if (stepped) await observe();
    }

    async function observe(): Promise<void> {
      const seconds = world.seconds - steppedAt;
      const note = (event: string) => happened.set(event, happened.get(event) ?? seconds);
      const nameOf = (id: string) => [...files].find(([, one]) => one === id)?.[0];
      for (const id of await expireLeases(database, 100, { clock: world, leaseMs })) note(`${nameOf(id)} re-opened`);
      for (const id of (await takeDueRings(database, 100)).ids) note(`${nameOf(id)} rung for`);
      for (const [one, { uploadId }] of Object.entries(locks)) {
        const [outcome] = await lockUploads(database, [asked(uploadId)], leaseMs, world.range(leaseMs));
        if (outcome === 'HELD') note(`${one} lock taken`);
      }
      const alive = (await workersAlive(database, world.range(aliveMs))).map((worker) => worker.name);
      for (const one of ['living', 'silent']) if (!alive.includes(one)) note(`${one} worker missing`);
      if ((await takeDeletions(database, 10, world.range(movedForMs))).length > 0) note('bytes removed');
    }

    function within(event: string, from: number, to: number): void {
      const at = happened.get(event) ?? Number.POSITIVE_INFINITY;
      assert(at >= from && at <= to, `${event} after ${at} s`);
    }

    it('work that goes on is neither re-opened nor charged', async () => {
      for (const one of ['healthy', 'alone']) assert.equal(happened.get(`${one} re-opened`), undefined);
      const rows = await getFiles(database, [...files.values()]);
      for (const one of ['healthy', 'alone']) {
        const file = rows.get(files.get(one) ?? '');
        assert.deepEqual([file?.status, file?.attempt, file?.errorCode], ['PROCESSING', 1, null]);
      }
    });

    it('work whose worker is dead is re-opened, by a lease later at most', () => {
      within('dead re-opened', 4, 34);
      within('dead alone re-opened', 30, 124);
    });

    it('a file that was due is rung for and claimed', async () => {
      within('due rung for', 0, 8 + late);
      await claim(files.get('due') ?? '');
    });

    it('a file that waited after a failure is claimed', async () => {
      within('waiting rung for', 0, 52 + late);
      await claim(files.get('waiting') ?? '');
    });

    it('a lock is not taken from its holder, but from one that died', () => {
      assert.equal(happened.get('renewed lock taken'), undefined);
      within('abandoned lock taken', 4, 34);
    });

    it('a worker counts as alive while it lives, and not for long after', () => {
      assert.equal(happened.get('living worker missing'), undefined);
      within('silent worker missing', 2, 34);
    });

    it('bytes of a file that was moved stay for those who still read them', () => {
      assert.equal(happened.get('bytes removed'), undefined);
    });

    it('the process has seen the step, unless it started after it', () => {
      if (restartedOn === undefined) assert(Math.abs((world.lastStep ?? 0) - ms / 1_000) < 2, `${world.lastStep}`);
      else assert.equal(world.lastStep, undefined);
    });
  });

function asked(uploadId: string = randomUUIDv7()) {
  return { uploadId, token: randomUUID() };
}
