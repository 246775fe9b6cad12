import assert from 'node:assert/strict';
import { once } from 'node:events';
import { get, type IncomingMessage } from 'node:http';
import { text } from 'node:stream/consumers';
import { after, before, describe, it } from 'node:test';
import type { JWTPayload } from 'jose';
import { mintToken, tokenText } from '#domain/token.ts';
import { clientId, clientSecret, type OidcProvider, startOidcProvider } from '../support/oidc-provider.ts';
import { Dashboard } from './support/dashboard.ts';

describe('signing in with an OpenID provider', () => {
  const resources = new AsyncDisposableStack();
  let dashboard: Dashboard;
  let provider: OidcProvider;
  let base: string;
  before(async () => {
    provider = resources.use(await startOidcProvider());
    dashboard = resources.use(
      await Dashboard.start({
        FILEMILL_AUTH: 'required',
        FILEMILL_TOKEN_KEY: 'a-key-for-tests-and-for-nothing-but-tests',
        FILEMILL_ADMIN_TOKEN: tokenText(mintToken()),
        FILEMILL_OIDC_ISSUER: provider.url,
        FILEMILL_OIDC_AUDIENCE: clientId,
      }),
    );
    base = dashboard.stack.base;
    await dashboard.stack.stop('web');
    await dashboard.stack.start('web', {
      FILEMILL_PUBLIC_HTTP: base,
      FILEMILL_OIDC_CLIENT_ID: clientId,
      FILEMILL_OIDC_CLIENT_SECRET: clientSecret,
    });
  });
  after(() => resources.disposeAsync());

  /** What a browser does until the provider has sent it back. */
  const begin = async (to = 'ui/files') => {
    const answer = await fetch(`${base}/auth/login?${new URLSearchParams({ to })}`, { redirect: 'manual' });
    const cookie = answer.headers.getSetCookie()[0] ?? '';
    const page = await (await fetch(answer.headers.get('location') ?? '')).text();
    const [, yes = ''] = /<a href="([^"]+)">Yes/.exec(page) ?? [];
    return { cookie: cookie.split(';')[0] ?? '', set: cookie, yes: yes.replaceAll('&amp;', '&') };
  };
  const finish = async (url: string, cookie: string) => {
    const answer = await followLink(url, { cookie });
    const session = answer.headers['set-cookie']?.find((set) => set.startsWith('filemill-session='));
    return { status: answer.statusCode ?? 0, to: answer.headers.location, session, body: await text(answer) };
  };

  it('goes to the page of the provider and back to where one was', async () => {
    const page = await dashboard.open('workers');
    await page.getByRole('link', { name: `Sign in with ${new URL(provider.url).host}` }).click();
    await page.getByRole('link', { name: 'Yes' }).click();
    await page.getByRole('heading', { level: 1, name: 'Workers' }).waitFor();
    await page.getByText('Ada, tenant red').waitFor();
    const cookies = (await page.context().cookies()).map(({ name, httpOnly, sameSite }) => [name, httpOnly, sameSite]);
    assert.deepEqual(cookies, [['filemill-session', true, 'Strict']]);
    await page.getByRole('button', { name: 'Sign out' }).click();
    await page.getByRole('heading', { level: 1, name: 'Sign in' }).waitFor();
    await page.context().close();
  });

  it('tells in plain words that the provider refused, and leads back', async () => {
    const page = await dashboard.open('workers');
    await page.getByRole('link', { name: 'Sign in with' }).click();
    await page.getByRole('link', { name: 'No' }).click();
    await page.getByRole('heading', { name: 'Signing in did not work' }).waitFor();
    await page.getByText('refused: access_denied.').waitFor();
    await page.getByRole('link', { name: 'Back to Filemill' }).click();
    await page.getByRole('heading', { level: 1, name: 'Sign in' }).waitFor();
    await page.context().close();
  });

  it('asks with PKCE, a state and a nonce, and keeps them in a cookie for minutes', async () => {
    const { set } = await begin();
    const asked: Partial<Record<string, string>> = Object.fromEntries(provider.asked.at(-1) ?? []);
    assert.equal(asked.redirect_uri, `${base}/auth/callback`);
    assert.equal(asked.code_challenge_method, 'S256');
    assert.equal(asked.scope, 'openid profile email');
    for (const name of ['state', 'nonce', 'code_challenge'] as const) assert.ok((asked[name] ?? '').length >= 43, name);
    assert.match(set, /^filemill-sign-in=[\w-]+; Path=\/; HttpOnly; SameSite=Lax; Max-Age=600$/);
  });

  it('begins a session of the page by the right answer, once', async () => {
    const { cookie, yes } = await begin('ui/files?status=FAILED');
    const answer = await finish(yes, cookie);
    assert.equal(answer.status, 303);
    assert.equal(answer.to, `${base}/ui/files?status=FAILED`);
    const headers = { cookie: answer.session?.split(';')[0] ?? '' };
    const who = (await (await fetch(`${base}/api/v1/caller`, { headers })).json()) as Record<string, unknown>;
    assert.deepEqual([who.kind, who.name, who.tenant, who.scopes], ['session', 'Ada', 'red', ['read']]);
    assert.equal((await finish(yes, cookie)).session, undefined);
  });

  for (const to of [
    'https://evil.example/',
    '//evil.example',
    '/\\evil.example',
    'javascript:alert(1)',
    '../ui/../api',
  ])
    it(`leads nowhere else, as ${to} would`, async () => {
      const { cookie, yes } = await begin(to);
      assert.equal((await finish(yes, cookie)).to, `${base}/ui/`);
    });

  const changed = (url: string, name: string, value: string) => {
    const other = new URL(url);
    other.searchParams.set(name, value);
    return other.href;
  };
  const faults: Readonly<
    Record<string, (good: { cookie: string; yes: string }) => Promise<[url: string, cookie: string]>>
  > = {
    'no cookie': async ({ yes }) => [yes, ''],
    'a broken cookie': async ({ yes }) => [yes, 'filemill-sign-in=e30'],
    'the cookie of another sign-in': async ({ yes }) => [yes, (await begin()).cookie],
    'another state': async ({ yes, cookie }) => [changed(yes, 'state', 'x'), cookie],
    'a code of another sign-in': async ({ cookie, yes }) => {
      const other = new URL((await begin()).yes).searchParams.get('code') ?? '';
      return [changed(yes, 'code', other), cookie];
    },
    'an unknown code': async ({ yes, cookie }) => [changed(yes, 'code', 'x'), cookie],
    'no parameters': async ({ cookie }) => [`${base}/auth/callback`, cookie],
  };
  for (const [what, break_] of Object.entries(faults))
    it(`refuses an answer with ${what}`, async () => {
      const { status, session, body } = await finish(...(await break_(await begin())));
      assert.ok(status === 400 || status === 403, `${status}`);
      assert.equal(session, undefined);
      assert.match(body, /<h1>Signing in did not work<\/h1>/);
    });

  const claims: Readonly<Record<string, JWTPayload>> = {
    'another nonce': { nonce: 'x' },
    'another audience': { aud: 'another' },
    'another issuer': { iss: 'https://evil.example' },
    'no tenant': { tenant: undefined },
    'an end in the past': { exp: 1_000_000_000 },
  };
  for (const [what, changedClaims] of Object.entries(claims))
    it(`refuses an ID token with ${what}`, async () => {
      const usual = provider.claims;
      provider.claims = { ...usual, ...changedClaims };
      const { cookie, yes } = await begin();
      const { status, session, body } = await finish(yes, cookie);
      provider.claims = usual;
      assert.ok(status === 400 || status === 403, `${status} ${body}`);
      assert.equal(session, undefined);
    });

  it('says so when the provider does not answer, and serves tokens all the same', async () => {
    const { cookie, yes } = await begin();
    provider.failing = true;
    const answer = await finish(yes, cookie);
    provider.failing = false;
    assert.equal(answer.status, 503);
    assert.match(answer.body, /does not answer as expected/);
    assert.ok(!answer.body.includes(clientSecret));
  });

  it('is not begun by a link on another site', async () => {
    const answer = await followLink(`${base}/auth/login`);
    assert.equal(answer.statusCode, 403);
    answer.resume();
  });

  it('and the browser has nothing to complain of, nor is a secret in a log', () => {
    assert.deepEqual(dashboard.complaints, []);
    for (const { log } of dashboard.stack.running()) assert.ok(!log().includes(clientSecret));
  });
});

/** As a browser does from a page on another site; `fetch` has no say in these headers. */
async function followLink(url: string, headers: Record<string, string> = {}): Promise<IncomingMessage> {
  const link = { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'navigate', 'sec-fetch-dest': 'document' };
  const [answer] = (await once(get(url, { headers: { ...link, ...headers } }), 'response')) as [IncomingMessage];
  return answer;
}
