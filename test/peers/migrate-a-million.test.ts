import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { promisify } from 'node:util';
import pg from 'pg';
import { migrate } from '#adapters/postgres/database/migrate.ts';
import { UploadService } from '#gen/filemill/v1/upload_service_pb.ts';
import { Ledger } from '../faults/ledger.ts';
import { Load } from '../faults/load.ts';
import { Random } from '../faults/random.ts';
import { type ProcessName, Stack } from '../faults/stack.ts';
import { eventually } from '../support/eventually.ts';
import { withoutIndexes } from '../support/many-rows.ts';
import { firstRelease, releaseFolder } from '../support/release.ts';

const files = 1_000_000;

/** Services of that release register no files in the new schema, so clients go on trying until the new ones are there. */
const order: readonly ProcessName[] = ['metadata', 'result', 'upload', 'web', 'worker-1', 'worker-2'];

/** What its upload service knows, too. */
const ways = ['whole', 'alone', 'resumable', 'put', 'tus'] as const;

const release = releaseFolder(firstRelease);

describe(`The schema of ${firstRelease.slice(0, 7)}, with a million files`, () => {
  it('becomes that of today while services run, and no table is written anew', async (test) => {
    await using stack = await Stack.start({ release: { folder: release, makeSchema } });
    const ledger = new Ledger(join(stack.folder, 'ledger'));
    const uploads = stack.channel.client(UploadService);
    const load = new Load({ uploads, web: stack.web, ledger, random: new Random('million'), prefix: 'million', ways });
    await load.acknowledges(20);
    const [before, began, acknowledged] = [await tables(stack), performance.now(), ledger.entries.length];
    const pause = watchPauses(ledger);
    const applied = await migrate(stack.postgres.url);
    const [seconds, longest] = [(performance.now() - began) / 1_000, pause.longestMs() / 1_000];
    const meanwhile = ledger.entries.length - acknowledged;
    assert.deepEqual(
      await tables(stack),
      before,
      'a table that is written anew takes longer, the more files there are',
    );
    stack.release = undefined;
    for (const name of order) await stack.restart(name);
    await load.acknowledges(20);
    await load.stop();
    assert.deepEqual(load.failures, []);
    const ids = ledger.entries.map(({ id }) => id);
    await eventually('all files that were uploaded meanwhile are COMPLETED', async () => {
      const found = await stack.postgres.query<{ files: number }>(
        `select count(*)::int as files from files f join results r on r.file_id = f.id
         where f.id = any ($1::uuid[]) and f.status = 'COMPLETED'`,
        [ids],
      );
      return found[0]?.files === ids.length;
    });
    const [old] = await stack.postgres.query<{ files: number; counted: number }>(
      `select count(*)::int as files, (select sum(files)::int from file_counts) as counted from files`,
    );
    assert.deepEqual(old, { files: files + ids.length, counted: files + ids.length });
    test.diagnostic(
      `${applied.length} migrations in ${seconds.toFixed(1)} s; ${meanwhile} files acknowledged meanwhile, ` +
        `with ${longest.toFixed(1)} s between two of them at most`,
    );
  });
});

/** A schema of that release, made by its program, and rows as it leaves them: one in a hundred FAILED, the others COMPLETED. */
async function makeSchema(FILEMILL_DATABASE_URL: string): Promise<void> {
  const env = { PATH: process.env.PATH, FILEMILL_DATABASE_URL };
  await promisify(execFile)(process.execPath, [join(release, 'src/services/metadata/migrate.ts')], { env });
  const client = new pg.Client({ connectionString: FILEMILL_DATABASE_URL });
  await client.connect();
  await client.query(`set maintenance_work_mem = '256MB'`);
  const indexes = await withoutIndexes(client);
  for (const statement of [
    `insert into files (id, storage_key, filename, size, mime_type, status, attempt, max_attempts, error_code,
       lease_token, worker, claimed_at, created_at, updated_at, completed_at)
     select uuidv7((n - ${files}) * interval '1 second'), format('%s/%s+4096/0badcafe', uuidv7(), n), format('%s.txt', md5(n::text)),
       4096, 'text/plain', case when n % 100 = 0 then 'FAILED' else 'COMPLETED' end, 1, 3,
       case when n % 100 = 0 then 'analyzer_error' end, uuidv4(), 'worker-1', now(), now(), now(), now()
     from generate_series(1, ${files}) as n`,
    `insert into file_states (status, file_id, error_code) select status, id, error_code from files where status = 'FAILED'`,
    `insert into results (file_id, output_data)
     select id, jsonb_build_object('mime_type', mime_type, 'word_count', 7, 'sha256', md5(storage_key) || md5(filename), 'size', 4096)
     from files where status = 'COMPLETED'`,
    `insert into file_counts (shard, status, error_code, files, bytes)
     select 0, status, coalesce(error_code, ''), count(*), sum(size) from files group by 2, 3`,
    ...indexes,
    'vacuum (analyze)',
  ])
    await client.query(statement);
  await client.end();
}

/** The files on disk that hold the rows of files: PostgreSQL makes new ones when it writes a table anew. */
async function tables({ postgres }: Stack): Promise<unknown> {
  return await postgres.query(
    `select relname, pg_relation_filenode(oid)::int as node from pg_class
     where relname in ('files', 'file_states', 'file_counts', 'results') order by relname`,
  );
}

function watchPauses(ledger: Ledger) {
  let [seen, since, longest] = [ledger.entries.length, performance.now(), 0];
  const look = () => {
    longest = Math.max(longest, performance.now() - since);
    if (ledger.entries.length === seen) return;
    [seen, since] = [ledger.entries.length, performance.now()];
  };
  const timer = setInterval(look, 20);
  const longestMs = () => {
    look();
    clearInterval(timer);
    return longest;
  };
  return { longestMs };
}
