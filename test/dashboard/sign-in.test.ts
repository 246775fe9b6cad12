import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type { Page } from 'playwright-core';
import { type Scope, scopes } from '#domain/access.ts';
import { mintToken, tokenText } from '#domain/token.ts';
import { AccessService } from '#gen/filemill/v1/access_service_pb.ts';
import { RpcChannel } from '#platform/rpc/client.ts';
import { Dashboard, row, untilCount } from './support/dashboard.ts';
import { looksWell } from './support/faults.ts';

const adminToken = tokenText(mintToken());
const admin = { authorization: `Bearer ${adminToken}` };

describe('the page of a server that wants credentials', () => {
  const resources = new AsyncDisposableStack();
  let dashboard: Dashboard;
  before(async () => {
    const settings = {
      FILEMILL_AUTH: 'required',
      FILEMILL_TOKEN_KEY: 'a-key-for-tests-and-for-nothing-but-tests',
      FILEMILL_ADMIN_TOKEN: adminToken,
    };
    dashboard = resources.use(await Dashboard.start(settings));
    await dashboard.stack.start('worker');
  });
  after(() => resources.disposeAsync());

  const tokenFor = async (of: readonly Scope[], name = 'Ada', tenant = 'red') => {
    using channel = new RpcChannel(dashboard.stack.target('upload'));
    const { secret } = await channel.client(AccessService).createToken({ name, tenant, scopes: [...of] }, admin);
    return secret;
  };
  const signIn = async (page: Page, token: string) => {
    await page.getByLabel('Token').fill(token);
    await page.getByRole('button', { name: 'Sign in' }).click();
  };
  /** The page of a path, of somebody who is signed in. */
  const open = async (path: string, token: string) => {
    const page = await dashboard.open(path);
    await signIn(page, token);
    await page.getByRole('button', { name: 'Sign out' }).waitFor();
    return page;
  };
  const menu = (page: Page) => page.getByRole('navigation', { name: 'Pages', exact: true }).getByRole('link');

  it('asks for a token in the place of every page, and refuses a wrong one in plain words', async () => {
    for (const path of ['', 'files', 'upload', 'tokens']) {
      const page = await dashboard.open(path);
      await page.getByRole('heading', { level: 1, name: 'Sign in' }).waitFor();
      assert.equal(await menu(page).count(), 0);
      await page.context().close();
    }
    const page = await dashboard.open('');
    for (const token of ['nonsense', 'with space', tokenText(mintToken())]) {
      await signIn(page, token);
      await page.getByRole('alert').filter({ hasText: 'This token is not valid' }).waitFor();
    }
    await page.context().close();
  });

  it('shows who is signed in, works, and keeps no secret where a script could read it', async () => {
    const token = await tokenFor(['upload', 'read', 'retry', 'delete']);
    const page = await open('upload', token);
    await page.getByText('Ada, tenant red').waitFor();
    const kept = await page.evaluate('JSON.stringify([document.cookie, {...localStorage}, {...sessionStorage}])');
    assert.ok(!String(kept).includes('fm_'));
    await page.getByText('Live').waitFor();
    const buffer = Buffer.alloc(9 * 2 ** 20, 'words ');
    await page.getByLabel('Files', { exact: true }).setInputFiles([
      { name: 'small.txt', mimeType: 'text/plain', buffer: Buffer.from('three short words') },
      { name: 'large.txt', mimeType: 'text/plain', buffer },
    ]);
    for (const name of ['small.txt', 'large.txt']) await row(page, name).getByText('COMPLETED').waitFor();
    await page.getByRole('link', { name: 'small.txt' }).click();
    await page.getByRole('button', { name: 'Delete…' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Delete' }).click();
    await page.getByText('This file was deleted.').waitFor();
    await page.context().close();
  });

  it('stays signed in over a reload, in another tab too, until somebody signs out', async () => {
    const page = await open('files', await tokenFor(['read']));
    await page.reload();
    await page.getByText('Ada, tenant red').waitFor();
    const other = await page.context().newPage();
    await other.goto(page.url());
    await other.getByText('Ada, tenant red').waitFor();
    await other.getByText('Live').waitFor();
    await page.getByRole('button', { name: 'Sign out' }).click();
    for (const one of [page, other]) await one.getByRole('heading', { level: 1, name: 'Sign in' }).waitFor();
    assert.deepEqual(await page.context().cookies(), []);
    await page.context().close();
  });

  it('offers what the scopes allow, and says so where they do not', async () => {
    const reader = await open('files', await tokenFor(['read']));
    await row(reader, 'large.txt').waitFor();
    assert.deepEqual(await menu(reader).allTextContents(), ['Overview', 'Files', 'Failures', 'Workers', 'Settings']);
    assert.equal(await reader.getByRole('checkbox').count(), 0);
    await reader.getByRole('link', { name: 'large.txt' }).click();
    await reader.getByRole('heading', { name: 'Attempts' }).waitFor();
    for (const name of ['Retry', 'Delete…']) assert.equal(await reader.getByRole('button', { name }).count(), 0, name);
    await reader.goto(`${dashboard.stack.base}/ui/upload`);
    await reader.getByRole('heading', { name: 'No permission' }).waitFor();
    await reader.context().close();

    const sender = await open('', await tokenFor(['upload']));
    await sender.getByRole('heading', { name: 'No permission' }).waitFor();
    assert.deepEqual(await menu(sender).allTextContents(), ['Upload']);
    assert.equal(await sender.getByRole('alert').count(), 0);
    await sender.context().close();
  });

  it('sees the files of the own tenant alone', async () => {
    const page = await open('files', await tokenFor(['read'], 'Bob', 'blue'));
    await page.getByText('No file').first().waitFor();
    assert.equal(await row(page, 'large.txt').count(), 0);
    await page.context().close();
  });

  it('makes a token whose secret is shown once, lists it, and revokes it after a question', async () => {
    const page = await open('', adminToken);
    await page.getByRole('link', { name: 'Settings' }).click();
    await page.getByRole('link', { name: 'Tokens' }).click();
    await page.getByRole('textbox', { name: 'Name' }).fill('nightly <b>job</b>');
    await page.getByRole('textbox', { name: 'Tenant' }).fill('Red!');
    await page.getByRole('button', { name: 'Make token' }).click();
    await page.getByRole('alert').filter({ hasText: '`tenant` must be lower-case letters' }).waitFor();
    await page.getByRole('textbox', { name: 'Tenant' }).fill('red');
    await page.getByRole('button', { name: 'Make token' }).click();
    const shown = page.getByRole('region', { name: 'The token nightly' });
    const secret = (await shown.locator('code').textContent()) ?? '';
    assert.match(secret, /^fm_\w{12}_\w{43}$/);
    const made = row(page, 'nightly <b>job</b>');
    await made.getByText('upload, read').waitFor();

    await page.reload();
    await made.waitFor();
    assert.ok(!(await page.content()).includes(secret));
    const use = () =>
      fetch(`${dashboard.stack.base}/api/v1/caller`, { headers: { authorization: `Bearer ${secret}` } });
    assert.equal((await use()).status, 200);
    await made.getByRole('button', { name: 'Revoke nightly' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Revoke' }).click();
    await page.getByText('is revoked.').waitFor();
    await untilCount(made, 0);
    await page.getByLabel('Also those').check();
    await made.getByText('Revoked').waitFor();
    for (let { status } = await use(); status !== 401; { status } = await use()) await page.waitForTimeout(100);
    await page.context().close();
  });

  it('asks to sign in again when a session has ended, and forgets what the other caller saw', async () => {
    const page = await open('upload', await tokenFor(['upload', 'read'], 'Ada'));
    await page
      .getByLabel('Files', { exact: true })
      .setInputFiles({ name: 'hers.txt', mimeType: '', buffer: Buffer.from('x') });
    await row(page, 'hers.txt').getByText('COMPLETED').waitFor();
    await dashboard.stack.query(`delete from tokens where is_session`);
    await page.getByRole('heading', { level: 1, name: 'Sign in' }).waitFor();
    await signIn(page, await tokenFor(['upload', 'read'], 'Eve', 'blue'));
    await page.getByText('Eve, tenant blue').waitFor();
    assert.equal(await row(page, 'hers.txt').count(), 0);
    await page.context().close();
  });

  it('fits every window in both themes, and axe-core finds nothing', async () => {
    await tokenFor([...scopes], 'n'.repeat(100), 't'.repeat(63));
    const tokens = await open('tokens', adminToken);
    await tokens.getByRole('textbox', { name: 'Name' }).fill('new');
    await tokens.getByRole('button', { name: 'Make token' }).click();
    await tokens.getByRole('region', { name: 'The token new' }).waitFor();
    await tokens.getByLabel('Also those').check();
    const views = {
      'sign in': await dashboard.open(''),
      tokens,
      'no permission': await open('', await tokenFor(['upload'], 'n'.repeat(100), 't'.repeat(63))),
    };
    for (const [what, page] of Object.entries(views)) {
      const folder = process.env.FILEMILL_TEST_PICTURES;
      const picture = (window: string) => page.screenshot({ path: `${folder}/${what}-${window}.png`, fullPage: true });
      await looksWell(page, folder === undefined ? undefined : picture);
      await page.context().close();
    }
  });

  it('and the browser has nothing to complain of', () => assert.deepEqual(dashboard.complaints, []));
});
