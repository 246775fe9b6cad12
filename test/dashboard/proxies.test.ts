import assert from 'node:assert/strict';
import { createHash, randomBytes } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import type { FileJson } from '#contract/schemas.ts';
import { HttpFront } from '../support/http-front.ts';
import { testFolder } from '../support/start-services.ts';
import { Dashboard, row } from './support/dashboard.ts';

describe('the page behind a proxy', () => {
  const resources = new AsyncDisposableStack();
  let dashboard: Dashboard;
  let folder: string;
  before(async () => {
    dashboard = resources.use(await Dashboard.start());
    await dashboard.stack.start('worker');
    folder = resources.use(await testFolder()).path;
  });
  after(() => resources.disposeAsync());

  it('sends in smaller requests what the proxy refuses in one, small files and large ones', async () => {
    await using front = await HttpFront.start(dashboard.stack.base);
    front.maxBody = 2 ** 20;
    const page = await dashboard.open('upload', { base: front.base });
    const files = new Map<string, Buffer>();
    for (const [name, mebibytes] of [
      ['middling.bin', 3],
      ['big.bin', 20],
      ['later.bin', 5],
    ] as const) {
      const content = randomBytes(mebibytes * 2 ** 20);
      files.set(name, content);
      await writeFile(join(folder, name), content);
      await page.getByLabel('Files', { exact: true }).setInputFiles(join(folder, name));
      await row(page, name).getByText('COMPLETED').waitFor();
    }
    const answer = await fetch(`${dashboard.stack.base}/api/v1/files`);
    const kept = ((await answer.json()) as { files: FileJson[] }).files;
    const expected = [...files].map(([name, content]) => [name, createHash('sha256').update(content).digest('hex')]);
    assert.deepEqual(kept.map(({ filename, sha256 }) => [filename, sha256]).sort(), expected.sort());
    // What was met once is known of all that follows.
    assert.deepEqual(front.refused, ['PUT /files/middling.bin']);
    await page.context().close();
  });

  const answers: readonly [status: number, says: string, reason: string][] = [
    [413, 'A proxy between you and Filemill answered 413.', 'PROXY_LIMIT'],
    [403, 'A proxy between you and Filemill answered 403.', 'PROXY_REFUSED'],
    [502, 'A proxy between you and Filemill answered 502.', 'PROXY_UNAVAILABLE'],
    [504, 'A proxy between you and Filemill answered 504.', 'PROXY_UNAVAILABLE'],
    [200, 'A proxy between you and Filemill answered with something that is not Filemill.', 'PROXY_REFUSED'],
  ];
  for (const [status, says, reason] of answers)
    it(`says that the proxy is the reason when it answers ${status}`, async () => {
      await using front = await HttpFront.start(dashboard.stack.base);
      const page = await dashboard.open('files', { base: front.base });
      front.status = status;
      await page.getByLabel('Search').fill('anything');
      const note = page.getByRole('alert').filter({ hasText: says });
      await note.waitFor();
      assert.match((await note.textContent()) ?? '', new RegExp(reason));
      await page.context().close();
    });

  it('goes on by itself with what was chosen once the proxy reaches the server again', async () => {
    await using front = await HttpFront.start(dashboard.stack.base);
    const page = await dashboard.open('upload', { base: front.base });
    front.status = 502;
    const buffer = Buffer.from('patience');
    await page
      .getByLabel('Files', { exact: true })
      .setInputFiles({ name: 'patient.txt', mimeType: 'text/plain', buffer });
    await row(page, 'patient.txt').getByText('answered 502').waitFor();
    front.status = undefined;
    await row(page, 'patient.txt').getByText('COMPLETED').waitFor();
    await page.context().close();
  });

  it('gave the browser nothing to complain of', () => assert.deepEqual(dashboard.complaints, []));
});
