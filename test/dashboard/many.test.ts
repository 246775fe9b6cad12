import assert from 'node:assert/strict';
import { randomUUIDv7 } from 'node:crypto';
import { after, before, describe, it } from 'node:test';
import type { Page } from 'playwright-core';
import { FileLifecycleService } from '#gen/filemill/internal/v1/file_lifecycle_service_pb.ts';
import { RpcChannel } from '#platform/rpc/client.ts';
import { failFiles } from '../support/cluster.ts';
import { Dashboard, untilCount } from './support/dashboard.ts';

const files = 10_000;
const batch = 1_000;
const pageRows = 100;

describe('with ten thousand files that failed', () => {
  let dashboard: Dashboard;
  before(async () => {
    dashboard = await Dashboard.start();
    for (let made = 0; made < files; made += batch) await failFiles(dashboard.stack, await makeFiles(dashboard));
  });
  after(() => dashboard[Symbol.asyncDispose]());

  it('the list holds one page of them', async () => {
    const page = await dashboard.open('files');
    const asked = requestsOf(page, '/api/v1/files?');
    await untilCount(page.getByRole('rowheader'), pageRows);
    await page.getByRole('link', { name: 'Failed', exact: true }).click();
    await page.getByRole('link', { name: 'Next page' }).click();
    await page.getByRole('link', { name: 'First page' }).waitFor();
    await untilCount(page.getByRole('rowheader'), pageRows);
    assert.ok(asked.length <= 4, asked.join('\n'));
    await page.context().close();
  });

  it('the failures are one group, retried a thousand a request, while a list that is open asks seldom', async () => {
    const list = await dashboard.open('files');
    await untilCount(list.getByRole('rowheader'), pageRows);
    const page = await dashboard.open('failures');
    const [listed, retried] = [requestsOf(page, '/api/v1/files?'), requestsOf(page, '/api/v1/files:retry')];
    const askedAgain = requestsOf(list, '/api/v1/files');
    await untilCount(page.getByRole('heading', { level: 2 }), 1);
    await page.getByRole('button', { name: 'Retry 10,000 with analyzer_error' }).click();
    await page.getByText('10,000 files with analyzer_error retried.').waitFor();
    assert.equal(retried.length, files / batch);
    assert.ok(listed.length <= files / batch + 2, `${listed.length} lists`);

    await untilCount(list.getByRole('row').getByText('PENDING'), pageRows);
    assert.ok(askedAgain.length <= files / 100, `${askedAgain.length} requests for ${files} changes`);
    assert.equal(await list.getByRole('rowheader').count(), pageRows);
    await page.context().close();
    await list.context().close();
  });

  it('gave the browser nothing to complain of', () => assert.deepEqual(dashboard.complaints, []));
});

/** Registers files without bytes: no worker is to read them. */
async function makeFiles({ stack }: Dashboard): Promise<string[]> {
  using channel = new RpcChannel(stack.env.FILEMILL_METADATA_TARGET ?? '');
  const ids = Array.from({ length: batch }, () => randomUUIDv7());
  const each = <Value>(value: Value): Value[] => ids.map(() => value);
  await channel.client(FileLifecycleService).createFiles({
    ids,
    storageKeys: ids,
    filenames: ids.map((id) => `${id}.txt`),
    paths: each(''),
    sizes: each(1n),
    mimeTypes: each('text/plain'),
    declaredSha256s: each(''),
    idempotencyKeys: each(''),
  });
  return ids;
}

/** What the page asks for from now on, of addresses that begin so. */
function requestsOf(page: Page, path: string): string[] {
  const asked: string[] = [];
  page.on('request', (request) => {
    const { pathname, search } = new URL(request.url());
    if (`${pathname}${search}`.startsWith(path)) asked.push(request.url());
  });
  return asked;
}
