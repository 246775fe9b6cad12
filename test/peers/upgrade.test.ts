import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { promisify } from 'node:util';
import { migrate } from '#adapters/postgres/database/migrate.ts';
import { UploadService } from '#gen/filemill/v1/upload_service_pb.ts';
import { audit } from '../faults/audit.ts';
import { Ledger } from '../faults/ledger.ts';
import { Load } from '../faults/load.ts';
import { Random } from '../faults/random.ts';
import { untilQuiet } from '../faults/round.ts';
import { type ProcessName, Stack } from '../faults/stack.ts';
import { previousRelease, releaseFolder } from '../support/release.ts';

/** Kubernetes rolls all Deployments at once; the way in comes first here, so that each new service meets old ones behind it. */
const order: readonly ProcessName[] = ['web', 'upload', 'worker-1', 'result', 'metadata', 'worker-2'];

/** The first release is upgraded by `npm run test:cluster`. */
const release = releaseFolder(previousRelease);

/** Uploads that are acknowledged between two replacements. */
const filesBetween = 8;

describe('An upgrade under load', () => {
  it(`from ${previousRelease.slice(0, 7)} is seen by no client that retries`, async (test) => {
    await using stack = await Stack.start({ release: { folder: release, makeSchema: migrateByRelease } });
    const ledger = new Ledger(join(stack.folder, 'ledger'));
    const random = new Random(previousRelease);
    const uploads = stack.channel.client(UploadService);
    const load = new Load({ uploads, web: stack.web, ledger, random, prefix: 'upgrade', pauseMs: 100 });
    await load.acknowledges(filesBetween);
    const applied = await migrate(stack.postgres.url);
    await load.acknowledges(filesBetween);
    stack.release = undefined;
    for (const name of order) {
      await stack.restart(name);
      await load.acknowledges(filesBetween);
    }
    await load.stop();
    assert.deepEqual(load.failures, []);
    await untilQuiet(stack, load.names);
    const claims = { acknowledged: ledger.entries, names: load.names, mustFail: new Map<string, string>() };
    assert.deepEqual(await audit(stack, claims), { lost: [], duplicated: [] });
    assert.deepEqual(stack.takeCrashes(), []);
    const acknowledged = ledger.entries.length;
    test.diagnostic(`${applied.length} migrations, 6 processes replaced: ${acknowledged} files acknowledged, 0 lost`);
  });
});

/** Makes the schema by the program of that release. */
async function migrateByRelease(FILEMILL_DATABASE_URL: string): Promise<void> {
  const env = { PATH: process.env.PATH, FILEMILL_DATABASE_URL };
  await promisify(execFile)(process.execPath, [join(release, 'src/services/metadata/migrate.ts')], { env });
}
