import assert from 'node:assert/strict';
import { request } from 'node:http';
import { request as requestByTls } from 'node:https';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { setDefaultCACertificates } from 'node:tls';
import type { DescMethod } from '@bufbuild/protobuf';
import { needOfRoute, needOfRpc } from '#contract/access.ts';
import { type Need, type Scope, scopes } from '#domain/access.ts';
import { FilemillError } from '#domain/errors.ts';
import { mintToken, tokenText } from '#domain/token.ts';
import { AccessService } from '#gen/filemill/v1/access_service_pb.ts';
import { DownloadService } from '#gen/filemill/v1/download_service_pb.ts';
import { MetadataService } from '#gen/filemill/v1/metadata_service_pb.ts';
import { ResultService } from '#gen/filemill/v1/result_service_pb.ts';
import { SystemService } from '#gen/filemill/v1/system_service_pb.ts';
import { UploadService } from '#gen/filemill/v1/upload_service_pb.ts';
import { RpcChannel } from '#platform/rpc/client.ts';
import { Certificates } from '#platform/tls/certificates.ts';
import { makeAuthority, writePair, writePem } from '../support/certificates.ts';
import { type Cluster, startCluster } from '../support/cluster.ts';
import { eventually } from '../support/eventually.ts';
import { freePort } from '../support/free-port.ts';
import { audience, type Issuer, makeKey, startIssuer } from '../support/issuer.ts';

/**
 * Every RPC of the public port and every HTTP route, with every kind of bad credentials: each is refused rightly, before a
 * byte of a body is sent, and in the same words.
 */

const adminToken = tokenText(mintToken());
const services = [AccessService, DownloadService, MetadataService, ResultService, SystemService, UploadService];

interface PublicPorts {
  readonly base: string;
  readonly channel: RpcChannel;
}

interface Operation {
  readonly name: string;
  readonly method: string;
  readonly path: string;
}

const resources = new AsyncDisposableStack();
after(() => resources.disposeAsync());

let issuer: Issuer;
let cluster: Cluster;
/** With FILEMILL_TEST_SECURE=1, the public ports speak TLS. */
const secure = process.env.FILEMILL_TEST_SECURE === '1';
let { base, channel } = {} as PublicPorts;
let operations: readonly Operation[];
/** Bad credentials by what is wrong with them; each is an Authorization header. */
let bad: Readonly<Record<string, string | undefined>>;
/** For each scope, a token that has all others but `admin`. */
const allBut = new Map<Scope, string>();

before(async () => {
  issuer = resources.use(await startIssuer());
  const settings = {
    FILEMILL_AUTH: 'required',
    FILEMILL_TOKEN_KEY: 'a-key-for-tests-and-for-nothing-but-tests',
    FILEMILL_ADMIN_TOKEN: adminToken,
    FILEMILL_OIDC_ISSUER: issuer.url,
    FILEMILL_OIDC_AUDIENCE: audience,
  };
  cluster = resources.use(await startCluster({ services: ['metadata', 'result'], settings }));
  ({ base, channel } = await (secure ? servePublicPortsByTls() : servePublicPorts()));
  const document = await (await fetch(`${base}/api/v1/openapi.json`)).json();
  const { paths } = document as { paths: Record<string, Record<string, { operationId: string }>> };
  operations = Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, { operationId: name }]) => ({ name, method: method.toUpperCase(), path })),
  );
  bad = await badCredentials();
  for (const scope of scopes)
    allBut.set(scope, await makeToken(scopes.filter((other) => other !== scope && other !== 'admin')));
});

async function servePublicPorts(): Promise<PublicPorts> {
  const httpPort = await freePort();
  await cluster.start('upload');
  await cluster.start('web', { FILEMILL_HTTP_LISTEN: `127.0.0.1:${httpPort}` });
  return { base: `http://127.0.0.1:${httpPort}`, channel: resources.use(new RpcChannel(cluster.target('upload'))) };
}

async function servePublicPortsByTls(): Promise<PublicPorts> {
  const authority = await makeAuthority('the CA of this test');
  const { cert, key } = await writePair(cluster.folder, 'ports', await authority.issue());
  const ca = await writePem(join(cluster.folder, 'ca.pem'), authority.cert);
  setDefaultCACertificates([authority.cert]);
  const [grpcPort, httpPort] = [await freePort(), await freePort()];
  const tls = { FILEMILL_TLS_CERT: cert, FILEMILL_TLS_KEY: key, FILEMILL_TLS_CA: ca };
  const target = `https://localhost:${grpcPort}`;
  await cluster.start('upload', { ...tls, FILEMILL_GRPC_LISTEN: `127.0.0.1:${grpcPort}` });
  const web = { FILEMILL_HTTP_LISTEN: `127.0.0.1:${httpPort}`, FILEMILL_UPLOAD_TARGET: target };
  await cluster.start('web', { ...tls, ...web });
  const channel = resources.use(new RpcChannel(target, { tls: new Certificates({ tlsCa: ca }) }));
  return { base: `https://localhost:${httpPort}`, channel };
}

const admin = { authorization: `Bearer ${adminToken}` };

async function makeToken(of: readonly Scope[]): Promise<string> {
  const { secret } = await channel.client(AccessService).createToken({ name: 'test', scopes: [...of] }, admin);
  return `Bearer ${secret}`;
}

async function badCredentials(): Promise<Readonly<Record<string, string | undefined>>> {
  const [expired, revoked, changed] = [await makeToken(['read']), await makeToken(['read']), await makeToken(['read'])];
  const idOf = (header: string) => header.split('_')[1] ?? '';
  await cluster.query(`update tokens set expires_at = now() - interval '1 s' where id = $1`, [idOf(expired)]);
  await channel.client(AccessService).revokeTokens({ ids: [idOf(revoked)] }, admin);
  const jwt = async (...args: Parameters<Issuer['sign']>) => `Bearer ${await issuer.sign(...args)}`;
  const [, payload = ''] = (await issuer.sign()).split('.');
  const unsigned = Buffer.from('{"alg":"none"}').toString('base64url');
  return {
    'no credentials': undefined,
    'another scheme': 'Basic YWRhOmFkYQ==',
    'no token after Bearer': 'Bearer ',
    'a malformed token': 'Bearer fm_short',
    'an unknown token': `Bearer ${tokenText(mintToken())}`,
    'the id of another token': `Bearer ${tokenText({ id: idOf(changed), secret: mintToken().secret })}`,
    'the secret of another token': `Bearer ${tokenText({ id: mintToken().id, secret: changed.split('_')[2] ?? '' })}`,
    'an expired token': expired,
    'a revoked token': revoked,
    'an unsigned JWT': `Bearer ${unsigned}.${payload}.`,
    'a JWT under another key': await jwt({}, { key: await makeKey('first') }),
    'a JWT for another audience': await jwt({ aud: 'another' }),
    'an expired JWT': await jwt({}, { expiresIn: -60 }),
  };
}

/** The two refusals of unknown callers: without any credentials, and with bad ones of whatever kind. */
const refusals: readonly RegExp[] = [
  /^This server needs credentials: send the header "Authorization: Bearer TOKEN"\.$/,
  /^The header "Authorization" must be "Bearer TOKEN"\.$/,
  /^The credentials are not valid, or not any longer\.$/,
];

describe('the public gRPC port', () => {
  it('serves the RPCs of the table and no other', () => {
    for (const [rpc] of rpcs()) assert.notEqual(needOfRpc(rpc), undefined, rpc);
  });

  it('refuses every RPC to everyone whose credentials are not good', async () => {
    let refused = 0;
    for (const [rpc, method] of rpcs())
      for (const [what, authorization] of Object.entries(bad)) {
        const failure = await call(method, authorization);
        assert.equal(failure?.reason, 'UNAUTHENTICATED', `${rpc} with ${what}: ${failure?.message}`);
        assert.ok(
          refusals.some((words) => words.test(failure.message)),
          failure.message,
        );
        refused += 1;
      }
    assert.ok(refused > 300, `${refused}`);
  });

  it('refuses every RPC to a caller that has all scopes but the one', async () => {
    for (const [rpc, method, need] of rpcs()) {
      if (need === 'any' || need === 'open') continue;
      const failure = await call(method, allBut.get(need));
      assert.equal(failure?.reason, 'PERMISSION_DENIED', rpc);
      assert.match(failure.message, new RegExp(`needs the scope "${need}"`));
    }
  });

  it('admits callers to what their scope allows', async () => {
    for (const [rpc, method, need] of rpcs()) {
      const failure = await call(method, need === 'any' ? await makeToken(['read']) : await makeToken([need as Scope]));
      assert.ok(failure?.reason !== 'UNAUTHENTICATED' && failure?.reason !== 'PERMISSION_DENIED', `${rpc}: ${failure}`);
    }
  });

  it('knows a JWT by its claims', async () => {
    const authorization = `Bearer ${await issuer.sign({ name: 'Ada' })}`;
    const { caller } = await channel.client(AccessService).getCaller({}, { authorization });
    assert.deepEqual([caller?.kind, caller?.name, caller?.tenant, caller?.scopes], ['jwt', 'Ada', 'red', ['read']]);
  });

  it('refuses a token soon after it was revoked', async () => {
    const authorization = await makeToken(['read']);
    const who = () => channel.client(AccessService).getCaller({}, { authorization });
    assert.equal((await who()).caller?.kind, 'token');
    await channel.client(AccessService).revokeTokens({ ids: [authorization.split('_')[1] ?? ''] }, admin);
    await eventually('the token is refused', async () =>
      who().then(
        () => false,
        ({ reason }: FilemillError) => reason === 'UNAUTHENTICATED',
      ),
    );
  });
});

describe('the HTTP port', () => {
  it('has a row in the table for every route', () => {
    assert.ok(operations.length > 25);
    for (const { name } of operations) assert.notEqual(needOfRoute(name), undefined, name);
  });

  it('refuses every route to everyone whose credentials are not good, and asks for no byte of a body', async () => {
    let refused = 0;
    for (const operation of operations) {
      const need = needOfRoute(operation.name);
      for (const [what, authorization] of Object.entries(bad)) {
        if (need === 'open') continue;
        const answer = await ask(operation, authorization);
        assert.equal(answer.status, 401, `${operation.name} with ${what}`);
        assert.equal(answer.headers['www-authenticate'], 'Bearer realm="filemill"');
        if (operation.method === 'HEAD') continue;
        const { reason, detail } = JSON.parse(answer.body) as { reason: string; detail: string };
        assert.equal(reason, 'UNAUTHENTICATED');
        assert.ok(
          refusals.some((words) => words.test(detail)),
          detail,
        );
        refused += 1;
      }
    }
    assert.ok(refused > 250, `${refused}`);
  });

  it('refuses every route to a caller that has all scopes but the one', async () => {
    for (const operation of operations) {
      const need = needOfRoute(operation.name);
      if (need === 'any' || need === 'open' || need === undefined) continue;
      assert.equal((await ask(operation, allBut.get(need))).status, 403, operation.name);
    }
  });

  it('serves the page, its health and its description to everyone', async () => {
    for (const path of ['/livez', '/readyz', '/api/v1/openapi.json'])
      assert.equal((await fetch(`${base}${path}`)).status, 200, path);
  });
});

describe('a session of the page', () => {
  const session = (init: RequestInit) => fetch(`${base}/api/v1/session`, init);
  const json = { 'content-type': 'application/json' };
  const cookieName = secure ? '__Host-filemill' : 'filemill-session';
  let cookie: string;

  it('begins with a token, and is a cookie that scripts and other sites cannot use', async () => {
    const token = (await makeToken(['read', 'delete'])).slice('Bearer '.length);
    const answer = await session({ method: 'POST', headers: json, body: JSON.stringify({ token }) });
    assert.equal(answer.status, 200);
    const [set = ''] = answer.headers.getSetCookie();
    const protection = secure ? 'Secure; ' : '';
    assert.match(set, new RegExp(`^${cookieName}=fm_\\w+; Path=/; HttpOnly; SameSite=Strict; ${protection}Expires=`));
    assert.ok(!set.includes(token));
    cookie = set.split(';')[0] ?? '';
    const answered = await fetch(`${base}/api/v1/caller`, { headers: { cookie } });
    const who = (await answered.json()) as { kind: string; scopes: readonly string[] };
    assert.deepEqual([who.kind, who.scopes], ['session', ['read', 'delete']]);
  });

  it('is not the cookie of a clear connection where the browser speaks TLS', async () => {
    const secret = cookie.slice(cookieName.length + 1);
    const statusOf = async (name: string, proto: string) => {
      const headers = { cookie: `${name}=${secret}`, 'x-forwarded-proto': proto };
      return (await fetch(`${base}/api/v1/caller`, { headers })).status;
    };
    // Any host of the same site can set a cookie without the prefix, and so sign people in as somebody else.
    assert.equal(await statusOf('filemill-session', 'https'), 401);
    assert.equal(await statusOf('__Host-filemill', 'https'), 200);
    assert.equal(await statusOf('__Host-filemill', 'http'), secure ? 200 : 401);
  });

  it('does not begin with anything else', async () => {
    for (const token of ['x', tokenText(mintToken()), cookie.slice(cookieName.length + 1)]) {
      const answer = await session({ method: 'POST', headers: json, body: JSON.stringify({ token }) });
      assert.ok([400, 401].includes(answer.status), `${answer.status}`);
      assert.deepEqual(answer.headers.getSetCookie(), []);
    }
  });

  it('changes nothing unless the page itself says so', async () => {
    const path = `${base}/api/v1/files/019aaf00-0000-7000-8000-000000000000`;
    const forged = await fetch(path, { method: 'DELETE', headers: { cookie } });
    assert.equal(forged.status, 403);
    const meant = await fetch(path, { method: 'DELETE', headers: { cookie, 'x-filemill-page': '1' } });
    assert.equal(meant.status, 404);
  });

  it('ends when the page says so', async () => {
    const answer = await session({ method: 'DELETE', headers: { cookie, 'x-filemill-page': '1' } });
    assert.equal(answer.status, 204);
    assert.match(answer.headers.getSetCookie()[0] ?? '', new RegExp(`^${cookieName}=; .*Max-Age=0$`));
    await eventually('the session is refused', async () => {
      const { status } = await fetch(`${base}/api/v1/caller`, { headers: { cookie } });
      return status === 401;
    });
  });

  it('ends with the token that it began with', async () => {
    const header = await makeToken(['read']);
    const token = header.slice('Bearer '.length);
    const answer = await session({ method: 'POST', headers: json, body: JSON.stringify({ token }) });
    const own = answer.headers.getSetCookie()[0]?.split(';')[0] ?? '';
    await channel.client(AccessService).revokeTokens({ ids: [header.split('_')[1] ?? ''] }, admin);
    await eventually('the session is refused', async () => {
      const { status } = await fetch(`${base}/api/v1/caller`, { headers: { cookie: own } });
      return status === 401;
    });
  });
});

describe('what is at rest', () => {
  it('opens nothing: no secret of a token is in the database, and none is in a log', async () => {
    const header = await makeToken(['read']);
    const secret = header.split('_')[2] ?? '';
    const rows = await cluster.query<{ row: string }>('select tokens::text as row from tokens');
    assert.ok(rows.length > 5);
    assert.ok(rows.every(({ row }) => !row.includes(secret)));
    const logs = cluster.running().map(({ log }) => log());
    for (const text of [secret, adminToken, 'a-key-for-tests']) assert.ok(logs.every((log) => !log.includes(text)));
  });
});

function* rpcs(): Generator<readonly [rpc: string, method: DescMethod, need: Need]> {
  for (const service of services)
    for (const method of service.methods) {
      const rpc = `${service.typeName}/${method.name}`;
      yield [rpc, method, needOfRpc(rpc) ?? 'open'];
    }
}

/** Calls an RPC with an empty message, or none where the client streams; answers with the refusal. */
async function call(method: DescMethod, authorization: string | undefined): Promise<FilemillError | undefined> {
  const client = channel.client(method.parent) as unknown as Record<string, (...args: unknown[]) => unknown>;
  const isStream = method.methodKind === 'client_streaming' || method.methodKind === 'bidi_streaming';
  const options = { authorization, signal: AbortSignal.timeout(isStream ? 2_000 : 10_000) };
  const answer = client[method.localName]?.(isStream ? silent() : {}, options);
  try {
    if (method.methodKind === 'server_streaming' || method.methodKind === 'bidi_streaming') {
      for await (const _ of answer as AsyncIterable<unknown>) break;
    } else await answer;
    return undefined;
  } catch (error) {
    return error instanceof FilemillError ? error : new FilemillError('UNAVAILABLE', String(error));
  }
}

/** A client that sends nothing until it is answered. */
async function* silent(): AsyncGenerator<never> {
  await new Promise<never>(() => undefined);
}

/** Sends the head of a request that announces a body, and no byte of it. */
async function ask({ method, path }: Operation, authorization: string | undefined) {
  const url = `${base}${path.replace('{id}', '019aaf00-0000-7000-8000-000000000000').replace('{name}', 'a.txt')}`;
  const hasBody = method === 'POST' || method === 'PUT' || method === 'PATCH';
  const headers = {
    ...(authorization !== undefined && { authorization }),
    ...(hasBody && { 'content-length': '1000000', 'content-type': 'application/json' }),
  };
  const { promise, resolve, reject } = Promise.withResolvers<{
    status: number;
    headers: Record<string, unknown>;
    body: string;
  }>();
  const asked = (secure ? requestByTls : request)(url, { method, headers }, async (answer) => {
    let body = '';
    for await (const chunk of answer.setEncoding('utf8')) body += chunk;
    asked.destroy();
    resolve({ status: answer.statusCode ?? 0, headers: answer.headers, body });
  });
  asked.on('error', reject);
  if (hasBody) asked.flushHeaders();
  else asked.end();
  return await promise;
}
