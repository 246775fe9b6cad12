import assert from 'node:assert/strict';
import { Database } from '#adapters/postgres/database/database.ts';
import { findBlobs } from '#adapters/postgres/upkeep/blob-deletions.ts';
import type { FileStatus } from '#domain/file-state.ts';
import { retryDelayBoundsMs } from '#domain/retry-policy.ts';
import { createLogger } from '#platform/logger.ts';
import { stateContradictions } from '../support/state-contradictions.ts';
import { testDatabase } from '../support/stores.ts';
import type { Model, ModelFile } from './model.ts';

/** Longer than any history. */
export const leaseMs = 3_600_000;

/** A file's row as the model knows it. */
interface Row {
  readonly id: string;
  readonly status: FileStatus;
  readonly attempt: number;
  readonly maxAttempts: number;
  readonly silences: number;
  readonly begunAlone: boolean | null;
  readonly token: string | null;
  readonly leaseRanOut: boolean;
  readonly due: boolean | null;
  readonly errorCode: string | null;
  readonly results: number;
  readonly ended: number;
}

const rows = {
  name: 'model-rows',
  text: `
    select f.id, status, attempt, max_attempts as "maxAttempts", silences, lease_token as token,
      case when status = 'PROCESSING' then begun_alone end as "begunAlone",
      coalesce(lease_until < now(), false) as "leaseRanOut",
      case when status = 'PENDING' then run_after <= now() end as due, error_code as "errorCode",
      (select count(*) from results r where r.file_id = f.id) as results,
      (select count(*) from attempts a where a.file_id = f.id) as ended
    from files f order by f.id`,
};

const deletions = {
  name: 'model-deletions',
  text: `
    select storage_key as key, case when taken_until = 'infinity' then 'CONFIRMED'
      when taken_until > now() then 'TAKEN' else 'WAITING' end as state from blob_deletions`,
};

/**
 * The real PostgreSQL, with a clock that stands still: whatever is set to happen later happens long after the history,
 * until a command moves it. So the pace of the machine decides nothing.
 */
export class World implements AsyncDisposable {
  readonly database: Database;
  readonly #resources: AsyncDisposableStack;
  #completed = new Set<string>();
  /** How often model and rows were compared in this history. */
  comparisons = 0;

  static async open(): Promise<World> {
    await using opening = new AsyncDisposableStack();
    const { url } = opening.use(await testDatabase());
    // States are tested here, not durability.
    const fast = new URL(url);
    fast.searchParams.set('options', '-c synchronous_commit=off');
    const logger = createLogger('model', { level: 'silent', format: 'json' });
    const database = opening.use(new Database({ url: fast.href, poolSize: 3, logger }));
    return new World(database, opening.move());
  }

  private constructor(database: Database, resources: AsyncDisposableStack) {
    this.database = database;
    this.#resources = resources;
  }

  /** Between histories. */
  async empty(): Promise<void> {
    this.#completed.clear();
    this.comparisons = 0;
    await this.run('truncate files cascade; truncate file_states, file_counts, claims, batches, batch_counts');
    await this.run('delete from blob_deletions');
  }

  async run(text: string, values: readonly unknown[] = []): Promise<void> {
    await this.database.query({ text }, values);
  }

  /** The next ring of what was just created or rung for is far away. */
  async holdRings(ids: readonly string[]): Promise<void> {
    await this.run(`update files set next_ring_at = now() + interval '5 minutes' where id = any ($1)`, [ids]);
  }

  /** Checks that a wait lies within the bound of its attempt, then makes it long. */
  async holdBack(id: string, attempt: number): Promise<void> {
    const bound = retryDelayBoundsMs[Math.min(attempt, retryDelayBoundsMs.length) - 1];
    const [row] = await this.database.query<{ within: boolean }>(
      {
        name: 'model-hold-back',
        text: `
          update files f set run_after = now() + interval '50 seconds', next_ring_at = now() + interval '50 seconds'
          from files before where f.id = $1 and before.id = f.id
          returning before.run_after between before.updated_at and before.updated_at + interval '1 millisecond' * $2
            and before.next_ring_at = before.run_after as within`,
      },
      [id, bound],
    );
    assert.equal(row?.within, true, 'the wait after a failure is outside its bounds');
  }

  /** Asserts that model and database say the same, and what must hold whatever the model says. */
  async agreesWith(model: Model): Promise<void> {
    this.comparisons += 1;
    const [actual, contradictions, blobs] = await Promise.all([
      this.database.query<Row>(rows),
      this.database.query<object>({ name: 'model-contradictions', text: stateContradictions }),
      this.database.query<{ key: string; state: string }>(deletions),
    ]);
    assert.deepEqual(contradictions, []);
    assert.deepEqual(actual, [...model.living.values()].map(rowOf).sort(byId));
    assert.deepEqual(new Map(blobs.map(({ key, state }) => [key, state])), model.deletions);
    this.#assertFinal(actual);
  }

  /** Every key that was ever acknowledged belongs to a row or to a deletion; the sweep spares what is not gone. */
  async accountsForKeys(model: Model): Promise<void> {
    const known = new Set(
      await findBlobs(
        this.database,
        model.created.map(({ file }) => file),
      ),
    );
    for (const { id, file } of model.created) {
      const spared = model.living.has(id) || model.deletions.get(file.storageKey) !== 'CONFIRMED';
      assert.equal(known.has(file.storageKey), spared, `storage key of ${id}`);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#resources.disposeAsync();
  }

  /** A COMPLETED file stays COMPLETED, with one result, until it is deleted. No other file has a result. */
  #assertFinal(actual: readonly Row[]): void {
    for (const { id, status, results } of actual) {
      assert.equal(results, status === 'COMPLETED' ? 1 : 0, `results of ${id}`);
      if (this.#completed.has(id)) assert.equal(status, 'COMPLETED', `${id} was COMPLETED`);
      if (status === 'COMPLETED') this.#completed.add(id);
    }
  }
}

function rowOf(file: ModelFile): Row {
  const { id, status, attempt, maxAttempts, silences, token, leaseRanOut, errorCode, results } = file;
  return {
    ...{ id, status, attempt, maxAttempts, silences, token },
    begunAlone: status === 'PROCESSING' ? file.begunAlone : null,
    leaseRanOut,
    due: status === 'PENDING' ? file.due : null,
    ...{ errorCode, results, ended: file.ended.size },
  };
}

function byId(a: { id: string }, b: { id: string }): number {
  return a.id < b.id ? -1 : 1;
}
