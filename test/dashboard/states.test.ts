import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type { Page } from 'playwright-core';
import type { Scope } from '#domain/access.ts';
import { mintToken, tokenText } from '#domain/token.ts';
import { AccessService } from '#gen/filemill/v1/access_service_pb.ts';
import { RpcChannel } from '#platform/rpc/client.ts';
import { TcpProxy } from '../support/tcp-proxy.ts';
import { Dashboard, untilCount } from './support/dashboard.ts';
import { layoutFaultsOf, looksWell } from './support/faults.ts';

const adminToken = tokenText(mintToken());
const settings = {
  FILEMILL_AUTH: 'required',
  FILEMILL_TOKEN_KEY: 'a-key-for-tests-and-for-nothing-but-tests',
  FILEMILL_ADMIN_TOKEN: adminToken,
};

interface PageOfTable {
  readonly path: string;
  readonly title: string;
  /** A scope that does not lead here. */
  readonly lacks: Scope;
  /** What it says where there is nothing, or nothing but that somebody signed in. */
  readonly empty: string;
  /** Whether it asks the server for what it shows, and does not wait for the events. */
  readonly asks: boolean;
}

const pages: readonly PageOfTable[] = [
  { path: '', title: 'Overview', lacks: 'upload', empty: 'No file yet', asks: false },
  { path: 'files', title: 'Files', lacks: 'upload', empty: 'No file yet', asks: true },
  { path: 'failures', title: 'Failures', lacks: 'upload', empty: 'No file has failed', asks: false },
  { path: 'workers', title: 'Workers', lacks: 'upload', empty: 'No worker', asks: false },
  { path: 'upload', title: 'Upload', lacks: 'read', empty: 'Drop files or folders anywhere', asks: false },
  { path: 'retention', title: 'Retention', lacks: 'upload', empty: 'There is no rule', asks: true },
  { path: 'webhooks', title: 'Webhooks', lacks: 'read', empty: 'There is no webhook yet', asks: true },
  { path: 'tokens', title: 'Tokens', lacks: 'read', empty: 'There is no token yet', asks: true },
  { path: 'audit', title: 'Audit', lacks: 'read', empty: 'begin_session', asks: true },
];
const asking = pages.filter(({ asks }) => asks);
/** What a page asks for its own content, and not for what stands around it. */
const content = /\/api\/v1\/(files|retention|webhooks|tokens|audit)\b/;

describe('each page says how it stands', () => {
  const resources = new AsyncDisposableStack();
  let dashboard: Dashboard;
  let network: TcpProxy;
  let page: Page;

  before(async () => {
    dashboard = resources.use(await Dashboard.start(settings));
    network = resources.use(await TcpProxy.start(Number(new URL(dashboard.stack.base).port)));
    page = await signedIn(adminToken);
  });
  after(() => resources.disposeAsync());

  const signedIn = async (token: string, path = '') => {
    const opened = await dashboard.open(path, { base: `http://${network.address}` });
    await opened.getByLabel('Token').fill(token);
    await opened.getByRole('button', { name: 'Sign in' }).click();
    await opened.getByLabel('Token').waitFor({ state: 'detached' });
    return opened;
  };
  const show = async ({ path, title }: PageOfTable) => {
    await page.goto(`http://${network.address}/ui/${path}`);
    await page.getByRole('heading', { level: 1, name: title, exact: true }).waitFor();
  };
  const says = (text: string) => page.getByRole('main').getByText(text).filter({ visible: true }).first().waitFor();

  for (const one of pages)
    it(`${one.title}: empty, at 200 % zoom and on paper`, async () => {
      await show(one);
      await says(one.empty);
      await looksWell(page);
      await page.setViewportSize({ width: 720, height: 450 });
      assert.deepEqual(await layoutFaultsOf(page), [], 'at 200 %');
      await page.emulateMedia({ media: 'print', colorScheme: 'dark' });
      assert.deepEqual(await layoutFaultsOf(page), [], 'printed');
      assert.equal(await page.getByRole('navigation').filter({ visible: true }).count(), 0);
      assert.equal(await page.getByRole('button').filter({ visible: true }).count(), 0);
      assert.equal(await page.evaluate(`getComputedStyle(document.documentElement).colorScheme`), 'light');
      await page.emulateMedia({ media: 'screen' });
    });

  for (const one of asking)
    it(`${one.title}: while it loads, and after an error`, async () => {
      let answer: () => void = () => undefined;
      const wanted = new Promise<void>((resolve) => {
        answer = resolve;
      });
      const problem = { type: 'urn:filemill:problem', reason: 'UNAVAILABLE', detail: 'Too busy.', action: 'Wait.' };
      await page.route(content, async (route) => {
        await wanted;
        await route.fulfill({ status: 503, contentType: 'application/problem+json', json: problem });
      });
      await show(one);
      await page.getByRole('status').filter({ hasText: 'Loading…' }).waitFor();
      await looksWell(page);
      assert.equal(await page.evaluate('document.getAnimations().length'), 0);
      answer();
      await page.getByRole('alert').filter({ hasText: 'Too busy.Wait. UNAVAILABLE' }).waitFor();
      await looksWell(page);
      await page.unrouteAll({ behavior: 'ignoreErrors' });
    });

  it('all: that the server is away, and what it has once it is back', async () => {
    const lost = page.getByRole('alert').filter({ hasText: 'The connection to the server is lost.' });
    const goTo = async ({ path, title }: PageOfTable) => {
      await page.evaluate(`history.pushState({}, '', '/ui/${path}'); dispatchEvent(new PopStateEvent('popstate'))`);
      await page.getByRole('heading', { level: 1, name: title, exact: true }).waitFor();
    };
    await page.goto(`http://${network.address}/ui/`);
    await says('No file yet');
    for (const one of pages) {
      network.fail();
      await lost.waitFor();
      await goTo(one);
      if (one.asks) await page.getByRole('alert').filter({ hasText: 'The server does not answer.' }).waitFor();
      await looksWell(page);
      network.restore();
      await lost.waitFor({ state: 'detached' });
      await says(one.empty);
      await untilCount(page.getByText('The server does not answer'), 0);
    }
  });

  it('all: that its user may not see it, and what is open instead', async () => {
    using channel = new RpcChannel(dashboard.stack.target('upload'));
    const access = channel.client(AccessService);
    const authorization = { authorization: `Bearer ${adminToken}` };
    for (const scope of ['upload', 'read'] as const) {
      const { secret } = await access.createToken({ name: 'Ada', tenant: 'red', scopes: [scope] }, authorization);
      const own = await signedIn(secret, 'nowhere');
      for (const { path, title } of pages.filter(({ lacks }) => lacks === scope)) {
        await own.goto(`http://${network.address}/ui/${path}`);
        await own.getByRole('heading', { level: 1, name: title, exact: true }).waitFor();
        await own.getByRole('heading', { name: 'No permission' }).waitFor();
        await own.getByText('Open to you:').waitFor();
      }
      await looksWell(own);
      await own.context().close();
    }
  });

  it('and the browser has nothing to complain of', () => assert.deepEqual(dashboard.complaints, []));
});
