import assert from 'node:assert/strict';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import type { Fault, Scene } from './fault.ts';
import { Ledger } from './ledger.ts';
import { runFaults } from './run-faults.ts';
import { Stack } from './stack.ts';
import { type Totals, verdictOf } from './totals.ts';

/** Whoever proves by this harness that nothing is lost must know that it would have noticed. */
describe('the fault harness', () => {
  const resources = new AsyncDisposableStack();
  let stack: Stack;

  before(async () => {
    stack = resources.use(await Stack.start());
  });
  after(() => resources.disposeAsync());

  async function verdictAfter(inject: (scene: Scene) => Promise<void>): Promise<[string, readonly string[]]> {
    const totals: Totals = { seeds: [], rows: [] };
    const printed: string[] = [];
    const fault: Fault = { row: 0, name: 'stub', title: 'a stub', inject };
    const ledger = new Ledger(join(stack.folder, 'ledger.jsonl'));
    const print = (line: string) => printed.push(line);
    await runFaults({ stack, ledger, faults: [fault], seed: 's', rounds: 1, totals, print });
    const [total] = totals.rows;
    assert.ok(total !== undefined && total.acknowledged >= 6, printed.join('\n'));
    return [verdictOf(total), printed];
  }

  it('calls a row survived when the damage was done and nothing is missing', async () => {
    const [verdict, printed] = await verdictAfter(async ({ injected }) => injected());
    assert.equal(verdict, 'survived', printed.join('\n'));
  });

  it('calls a row unproven when nothing was injected', async () => {
    assert.equal((await verdictAfter(async () => undefined))[0], 'UNPROVEN');
  });

  it('calls a row unproven when its injection failed', async () => {
    const [verdict, printed] = await verdictAfter(async ({ injected }) => {
      injected();
      throw new Error('the damage was half done');
    });
    assert.equal(verdict, 'UNPROVEN');
    assert.match(printed.join('\n'), /half done/);
  });

  it('notices a file whose row is gone', async () => {
    const [verdict] = await verdictAfter(async (scene) => {
      const id = await completed(scene);
      await stack.postgres.query('delete from files where id = $1', [id]);
      scene.injected();
    });
    assert.equal(verdict, 'LOST');
  });

  it('notices bytes that are gone', async () => {
    const [verdict, printed] = await verdictAfter(async (scene) => {
      // With an object of its own: the next rounds need the segment.
      const id = await completed(scene, Buffer.alloc(100_000, 'gone'));
      const sql = 'select storage_key as key from files where id = $1';
      const [row] = await stack.postgres.query<{ key: string }>(sql, [id]);
      await stack.store.lose(row?.key ?? '');
      scene.injected();
    });
    assert.equal(verdict, 'LOST', printed.join('\n'));
  });

  it('notices a file that left its end', async () => {
    const [verdict, printed] = await verdictAfter(async (scene) => {
      const id = await completed(scene);
      await stack.postgres.query(`update files set status = 'FAILED' where id = $1`, [id]);
      await stack.postgres.query(`update files set status = 'COMPLETED' where id = $1`, [id]);
      scene.injected();
    });
    assert.equal(verdict, 'LOST');
    assert.match(printed.join('\n'), /COMPLETED -> FAILED/);
  });

  it('notices one decision that became two files', async () => {
    const [verdict, printed] = await verdictAfter(async (scene) => {
      const id = await completed(scene);
      await stack.postgres.query(
        `with made as (
           insert into files (id, filename, size, status, max_attempts, storage_key)
           select uuidv7(), filename, size, 'FAILED', 3, uuidv7() from files where id = $1 returning id, size
         ), entered as (
           insert into file_states (status, file_id) select 'FAILED', id from made
         )
         insert into file_counts (shard, status, error_code, files, bytes) select -1, 'FAILED', '', 1, size from made`,
        [id],
      );
      scene.injected();
    });
    assert.equal(verdict, 'DUPLICATED', printed.join('\n'));
  });

  async function completed({ load }: Scene, content?: Buffer): Promise<string> {
    const id = await load.send(content);
    for (;;) {
      const rows = await stack.postgres.query(`select from files where id = $1 and status = 'COMPLETED'`, [id]);
      if (rows.length === 1) return id as string;
    }
  }
});
