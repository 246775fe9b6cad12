import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { access, chmod, cp, mkdir, open, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { promisify } from 'node:util';
import { migrate } from '#adapters/postgres/database/migrate.ts';
import { UploadService } from '#gen/filemill/v1/upload_service_pb.ts';
import { parseManifests, root } from '../../scripts/support/deploy/manifests.ts';
import { audit } from '../faults/audit.ts';
import { type Acknowledgement, Ledger } from '../faults/ledger.ts';
import { Load } from '../faults/load.ts';
import { Random } from '../faults/random.ts';
import { untilQuiet } from '../faults/round.ts';
import { Stack } from '../faults/stack.ts';
import { eventually } from '../support/eventually.ts';
import { testFolder } from '../support/start-services.ts';
import { postgresClient } from './support/tools.ts';

const run = promisify(execFile);

/** The scripts as the cluster has them: out of the manifest, which has them from the chart. */
const scripts = parseManifests(await readFile(join(root, 'k8s/backup.yaml'), 'utf8'), 'k8s/backup.yaml').find(
  ({ kind }) => kind === 'ConfigMap',
)?.data as Record<string, string>;

let folder: string;
let backups: string;
let source: Stack;
let ledger: Ledger;
let load: Load;
let target: Stack;
const resources = new AsyncDisposableStack();
before(async () => {
  folder = resources.use(await testFolder()).path;
  backups = join(folder, 'backups');
  await mkdir(backups);
  for (const [name, script] of Object.entries(scripts)) await writeFile(join(folder, name), script);
  target = resources.use(await Stack.start({ idle: true }));
  source = resources.use(await Stack.start());
  ledger = new Ledger(join(folder, 'ledger'));
  const uploads = source.channel.client(UploadService);
  load = new Load({ uploads, web: source.web, ledger, random: new Random('backup'), prefix: 'backup' });
});
after(() => resources.disposeAsync());

describe('A backup', () => {
  it('is no backup while the rows took longer than moved files are kept', async () => {
    await load.acknowledges(20);
    const failed = await backUp({ BACKUP_DUMP_SECONDS: '0' }).catch((error: Error) => error.message);
    assert.match(String(failed), /there is none/);
    assert.match((await readdir(backups)).join(), /^[\dTZ-]+\.unfinished$/);
  });

  it('taken under load is restored into an empty system, rows and bytes, and the ledger agrees', async (test) => {
    await load.send(randomBytes(3_000_000), 'large-before', 'resumable');
    const { meeting, go } = await dumpThatWaits();
    const backup = backUp({ PATH: `${meeting}:${postgresClient}:${process.env.PATH}` });
    await eventually('the dump begins', () => exists(join(meeting, 'waiting')));
    // After the first copy and before the dump: small ones in the segments of those before, and others.
    await load.acknowledges(40);
    await load.send(randomBytes(3_000_000), 'large-between', 'put');
    const promised = [...ledger.entries];
    await go();
    const said = await backup;
    test.diagnostic(said.trim());
    assert.match(said, /is complete/);
    await load.stop();
    assert.deepEqual(load.failures, []);

    test.diagnostic((await restore('newest')).trim());
    assert.deepEqual(await migrate(target.postgres.url), []);
    assert.deepEqual(await rightsIn(target), await rightsIn(source));
    await target.heal();
    await untilQuiet(target, load.names);
    const restored = await idsIn(target);
    const isRestored = ({ id }: Acknowledgement) => restored.has(id);
    assert.deepEqual(
      promised.filter((entry) => !isRestored(entry)),
      [],
    );
    const acknowledged = ledger.entries.filter(isRestored);
    test.diagnostic(
      `${promised.length} files were promised, ${acknowledged.length} of ${ledger.entries.length} restored`,
    );
    const findings = await audit(target, { acknowledged, names: load.names, mustFail: new Map() });
    assert.deepEqual(findings, { lost: [], duplicated: [] });
  });

  it('is kept as long as it is one of the last ones', async () => {
    const [old, ...others] = await readdir(backups);
    assert.deepEqual(others, [], 'the one that failed is gone');
    await backUp({ BACKUP_KEEP: '1' });
    const names = await readdir(backups);
    assert.equal(names.length, 1);
    assert.notEqual(names[0], old);
  });

  it('is not restored over files', async () => {
    await assert.rejects(restore('newest'), /the database holds files: restore into an empty one/);
  });

  it('is not restored when there is none of that name', async () => {
    await assert.rejects(restore('2020-01-01T00-00-00Z'), /there is no backup 2020-01-01T00-00-00Z.*but these: 20/);
  });

  it('is not restored when it is damaged', async () => {
    const [good = ''] = await readdir(backups);
    const damaged = '2020-02-02T00-00-00Z';
    await cp(join(backups, good), join(backups, damaged), { recursive: true });
    const archive = await open(join(backups, damaged, 'bytes.0.tar'), 'r+');
    await archive.write(Buffer.from('x'), 0, 1, 5_000);
    await archive.close();
    await assert.rejects(restore(damaged), /2020-02-02T00-00-00Z is damaged: take another/);
  });
});

function backUp(settings: Record<string, string> = {}): Promise<string> {
  return script('backup.sh', source, settings);
}

function restore(name: string): Promise<string> {
  return script('restore.sh', target, { RESTORE_FROM: name });
}

/** @throws Error with what it printed */
async function script(name: string, stack: Stack, settings: Record<string, string>): Promise<string> {
  const url = join(stack.folder, 'database-url');
  await writeFile(url, stack.postgres.url);
  const env = {
    PATH: `${postgresClient}:${process.env.PATH}`,
    FILEMILL_DATABASE_URL_FILE: url,
    ...stack.store.settings,
    BACKUP_DIR: backups,
    ...settings,
  };
  const { stdout } = await run('bash', [join(folder, name)], { env });
  return stdout;
}

/** A folder with a pg_dump that waits until it is told to go. */
async function dumpThatWaits() {
  const meeting = join(folder, 'meeting');
  await mkdir(meeting);
  const program = `#!/bin/sh
: >${meeting}/waiting
until [ -e ${meeting}/go ]; do sleep 0.05; done
exec ${postgresClient}/pg_dump "$@"
`;
  await writeFile(join(meeting, 'pg_dump'), program);
  await chmod(join(meeting, 'pg_dump'), 0o755);
  return { meeting, go: () => writeFile(join(meeting, 'go'), '') };
}

function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}

async function idsIn({ postgres }: Stack): Promise<Set<string>> {
  return new Set((await postgres.query<{ id: string }>('select id from files')).map(({ id }) => id));
}

/** What the roles of the services and of tenants may do. */
function rightsIn({ postgres }: Stack): Promise<object[]> {
  return postgres.query(`
    select table_name as on_what, grantee as whose, privilege_type as what from information_schema.role_table_grants
    where grantee like 'filemill%' union all
    select tablename, roles::text, policyname || cmd || coalesce(qual, '') from pg_policies order by 1, 2, 3`);
}
