import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, it, mock } from 'node:test';
import type { JWTPayload } from 'jose';
import { FilemillError } from '#domain/errors.ts';
import { createLogger } from '#platform/logger.ts';
import { audience, type Issuer, makeKey, startIssuer } from '#test/support/issuer.ts';
import { JwtCheck } from './jwt-check.ts';

const quiet = createLogger('test', { level: 'silent', format: 'json' });
const minute = 60_000;

let issuer: Issuer;
let check: JwtCheck;
before(async () => {
  issuer = await startIssuer();
});
after(() => issuer[Symbol.asyncDispose]());
beforeEach(() => {
  check = checkOf();
});

function checkOf(tenant?: string): JwtCheck {
  const settings = { issuer: issuer.url, audience, jwksUrl: undefined, algorithms: ['ES256'], tenantClaim: 'tenant' };
  return new JwtCheck({ ...settings, tenant }, quiet);
}

describe('a JWT of the issuer', () => {
  it('tells the subject, a name for people, the tenant, the scopes and the end', async () => {
    const exp = Math.floor(Date.now() / 1_000) + 60;
    const jwt = await issuer.sign({ name: 'Ada', scope: 'openid filemill:read filemill:upload upload', exp });
    const expected = { kind: 'jwt', id: 'ada', name: 'Ada', tenant: 'red', scopes: ['upload', 'read'] };
    assert.deepEqual(await check.identify(jwt), { ...expected, expiresAt: exp * 1_000 });
  });

  for (const claim of ['scp', 'roles'])
    it(`may list the scopes in ${claim}`, async () => {
      const found = await check.identify(await issuer.sign({ scope: '', [claim]: ['filemill:delete'] }));
      assert.deepEqual(found?.scopes, ['delete']);
    });

  it('may leave the tenant to the settings', async () => {
    const found = await checkOf('blue').identify(await issuer.sign({ tenant: undefined }));
    assert.equal(found?.tenant, 'blue');
  });

  it('has a name of one line that can be stored, whatever its user calls itself', async () => {
    const hostile: Readonly<Record<string, string>> = {
      'A\0da\n{"level":60}\u202e': 'A da {"level":60}',
      ['\u{1f600}'.repeat(200)]: '\u{1f600}'.repeat(100),
      '\0': 'ada',
    };
    for (const [name, expected] of Object.entries(hostile))
      assert.equal((await check.identify(await issuer.sign({ name })))?.name, expected);
  });

  const worthless: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
    'for another audience': { aud: 'another' },
    'of another issuer': { iss: 'https://elsewhere.example' },
    'without an end': { exp: undefined },
    'that has ended': { exp: 1_000 },
    'that has not begun': { nbf: Math.floor(Date.now() / 1_000) + 600 },
    'without a subject': { sub: undefined },
    'whose subject is no text': { sub: 7 },
    'whose subject cannot be stored': { sub: 'a\0b' },
    'whose subject is longer than OpenID allows': { sub: 'a'.repeat(256) },
    'without a tenant': { tenant: undefined },
    'of a tenant with an impossible name': { tenant: 'Red/..' },
  };
  for (const [what, claims] of Object.entries(worthless))
    it(`proves nothing ${what}`, async () => {
      assert.equal(await check.identify(await issuer.sign(claims as JWTPayload)), undefined);
    });

  it('proves nothing when another key signed it', async () => {
    const key = await makeKey('first');
    assert.equal(await check.identify(await issuer.sign({}, { key })), undefined);
  });

  it('proves nothing without a signature', async () => {
    const [, payload] = (await issuer.sign()).split('.');
    const header = Buffer.from('{"alg":"none"}').toString('base64url');
    assert.equal(await check.identify(`${header}.${payload}.`), undefined);
  });

  it('proves nothing when it is damaged', async () => {
    for (const text of ['', 'a.b.c', 'ey.ey.ey', `${await issuer.sign()}x`])
      assert.equal(await check.identify(text), undefined, text);
  });
});

describe('the keys of an issuer', () => {
  it('are fetched once for many tokens', async () => {
    const began = issuer.fetches();
    for (let n = 0; n < 5; n++) assert.ok(await check.identify(await issuer.sign()));
    assert.equal(issuer.fetches() - began, 1);
  });

  it('are not fetched for each token with an unknown key', async () => {
    const began = issuer.fetches();
    const key = await makeKey('unknown');
    for (let n = 0; n < 5; n++) assert.equal(await check.identify(await issuer.sign({}, { key })), undefined);
    assert.equal(issuer.fetches() - began, 1);
  });

  it('stay in use while the issuer is away, and a token needs them once', async () => {
    issuer.fail();
    try {
      const refused = await check.identify(await issuer.sign()).catch((error: unknown) => error);
      assert.ok(refused instanceof FilemillError);
      assert.equal(refused.reason, 'UNAVAILABLE');
      issuer.restore();
      check = checkOf();
      assert.ok(await check.identify(await issuer.sign()));
      issuer.fail();
      using clock = steppedClock();
      clock.step(6 * minute);
      assert.ok(await check.identify(await issuer.sign()), 'the last keys are good for a day');
      clock.step(25 * 60 * minute);
      await assert.rejects(check.identify(await issuer.sign()), { reason: 'UNAVAILABLE' });
    } finally {
      issuer.restore();
    }
  });

  it('are fetched again when they are five minutes old: a key that was withdrawn is refused', async () => {
    const old = await issuer.sign();
    assert.ok(await check.identify(old));
    await issuer.rotate();
    assert.ok(await check.identify(old), 'still remembered');
    using clock = steppedClock();
    clock.step(6 * minute);
    assert.equal(await check.identify(old), undefined);
    assert.ok(await check.identify(await issuer.sign()));
  });
});

/** The monotonic clock of this process, which the test moves on. */
function steppedClock(): { step(ms: number): void } & Disposable {
  let steps = 0;
  const real = performance.now.bind(performance);
  const mocked = mock.method(performance, 'now', () => real() + steps);
  return {
    step: (ms) => {
      steps += ms;
    },
    [Symbol.dispose]: () => mocked.mock.restore(),
  };
}
