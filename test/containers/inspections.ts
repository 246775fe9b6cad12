import assert from 'node:assert/strict';
import { request } from 'node:http';
import { must, startInBackground } from './command.ts';
import { documented, readmeQuery } from './documented.ts';
import { assertHardened, hardeningCommand } from './hardening.ts';
import type { Kubectl } from './kubectl.ts';
import { podsOf } from './pods.ts';

const apps = ['postgres', 'redis', 'upload', 'metadata', 'result', 'worker', 'web'] as const;

/** Every pod, from inside. */
export async function lookInside(kubectl: Kubectl): Promise<string> {
  let pods = 0;
  for (const app of apps) {
    const isDatabase = app === 'postgres' || app === 'redis';
    const writable = app === 'postgres' ? ['/tmp'] : [];
    // Workers read what uploads wrote, and no more.
    const command = hardeningCommand(...(app === 'worker' ? ['/var/lib/filemill', '/var/lib/filemill/objects'] : []));
    for (const { name } of await podsOf(kubectl, app)) {
      const said = await kubectl.must('exec', name, '--', ...command);
      assertHardened(name, said, { user: isDatabase ? '999' : '10001', writable });
      pods += 1;
    }
  }
  return `${pods} pods`;
}

/** A page of somebody else's whose name was made to point here gets nothing. */
export async function refusesForeignHost(web: string): Promise<string> {
  const { promise, resolve, reject } = Promise.withResolvers<number | undefined>();
  request(`http://${web}/api/v1/files`, { headers: { host: 'evil.example' } }, (answer) => {
    answer.resume();
    resolve(answer.statusCode);
  })
    .on('error', reject)
    .end();
  const status = await promise;
  assert.ok(status !== undefined && status >= 400 && status < 500, `Host: evil.example was answered with ${status}`);
  return `${status} for a foreign host`;
}

/** The documented way to `psql`, with the statement that README.md shows. */
export async function readmeQueryAnswers(kubectl: Kubectl, guide: string): Promise<string> {
  const line = documented(guide, /^kubectl .*exec .*postgres.* psql /);
  // With the statement on the command line in place of a terminal.
  const command = `${line.replace(/ -it /, ' ').replace(/ *#.*/, '')} --csv --command "$FILEMILL_TEST_QUERY"`;
  const answer = await must(kubectl.shell(command), { env: { ...kubectl.env, FILEMILL_TEST_QUERY: readmeQuery() } });
  const rows = answer.trim().split('\n').slice(1);
  assert.equal(rows.length, 20);
  for (const row of rows) assert.match(row, /^[\w.]+,COMPLETED,text\/plain,\d+,[0-9a-f]{64}$/);
  return `${rows.length} rows, such as ${rows[0]?.slice(0, 50)}…`;
}

/** Nothing lost, nothing twice. */
export async function oneResultEach(kubectl: Kubectl, sent: number): Promise<string> {
  const sql = `select count(*), count(r.file_id), count(distinct f.id), count(*) filter (where f.status = 'COMPLETED')
               from files f left join results r on r.file_id = f.id`;
  const psql = ['psql', '--username=postgres', '--dbname=metadata_db', '--csv', '--tuples-only', '--command', sql];
  const answer = await kubectl.must('exec', 'statefulset/postgres', '--', ...psql);
  assert.equal(answer.trim(), Array(4).fill(sent).join(','));
  return `${sent} files, ${sent} results`;
}

/** Whom PostgreSQL knows, beside its superuser. */
export const connectedRoles = `select string_agg(distinct usename, ' ' order by usename) from pg_stat_activity
  where datname = 'metadata_db' and usename <> 'postgres'`;
export const rolesOfServices = 'filemill_metadata filemill_result';

/** Neither service has the rights of the owner of the tables. */
export async function ownRoles(kubectl: Kubectl): Promise<string> {
  const psql = ['psql', '--username=postgres', '--dbname=metadata_db', '--csv', '--tuples-only'];
  const roles = await kubectl.must('exec', 'statefulset/postgres', '--', ...psql, '--command', connectedRoles);
  assert.equal(roles.trim(), rolesOfServices);
  return roles.trim();
}

export async function viaRedis(web: string): Promise<string> {
  const { workers } = (await (await fetch(`http://${web}/api/v1/stats`)).json()) as { workers: { source: string }[] };
  assert.deepEqual([...new Set(workers.map(({ source }) => source))], ['redis']);
  return `${workers.length} workers take it from there`;
}

/** What a worker says after the command began has to come through it. */
export async function followLogs(kubectl: Kubectl, guide: string): Promise<string> {
  const line = documented(guide, /^kubectl .*logs .*(-f|--follow).*worker/);
  await using following = startInBackground(kubectl.shell(line), kubectl.env);
  await following.says(/"msg":"ready"/);
  for (const { name } of await podsOf(kubectl, 'worker')) await kubectl.must('delete', 'pod', name);
  await following.says(/"msg":"stopping"/);
  return line;
}
