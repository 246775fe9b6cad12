import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { setTimeout } from 'node:timers/promises';
import { status } from '@grpc/grpc-js';
import type { Identity, Need, Scope } from '#domain/access.ts';
import { FilemillError } from '#domain/errors.ts';
import { MetadataService } from '#gen/filemill/v1/metadata_service_pb.ts';
import { UploadService } from '#gen/filemill/v1/upload_service_pb.ts';
import { createLogger } from '#platform/logger.ts';
import { testFolder } from '#test/support/start-services.ts';
import type { Caller } from '../call-context.ts';
import type { CallOptions } from '../call-options.ts';
import { RpcChannel } from '../client.ts';
import { RpcServer } from '../server.ts';
import type { Access } from './access.ts';
import { KnownCallers } from './known-callers.ts';

const quiet = createLogger('test', { level: 'silent', format: 'json' });
const resources = new AsyncDisposableStack();
after(() => resources.disposeAsync());

function identityWith(...scopes: Scope[]): Identity {
  return { kind: 'token', id: 'a', name: 'Ada', tenant: 'red', scopes };
}

describe('the guard of a public port', () => {
  const known = new Map<string | undefined, Identity>();
  const needs: Readonly<Record<string, Need>> = { UploadFile: 'upload', GetUpload: 'any', CancelUpload: 'open' };
  /** What handlers were told, and how many messages they read. */
  let heard: { readonly caller: Caller; read: number }[];
  let channel: RpcChannel;
  /** Waited for by whoever asks about credentials. */
  let slowly: (() => Promise<void>) | undefined;

  before(async () => {
    const { path } = resources.use(await testFolder());
    const access: Access = {
      needOf: (rpc) => needs[rpc.split('/').at(-1) ?? ''] ?? 'read',
      identify: async (authorization) => {
        await slowly?.();
        return known.get(authorization) ?? refused();
      },
    };
    const hear = (caller: Caller) => heard[heard.push({ caller, read: 0 }) - 1];
    const answer = async (_request: object, { caller }: { readonly caller: Caller }) => {
      hear(caller);
      return {};
    };
    const server = new RpcServer(quiet, {}, {}, { access, recheckMs: 10 });
    resources.use(server).addPart(UploadService, {
      getUpload: answer,
      cancelUpload: answer,
      async uploadFile(messages, { caller }) {
        const call = hear(caller);
        for await (const _message of messages) if (call) call.read += 1;
        return {};
      },
    });
    server.addPart(MetadataService, {
      async *watchFiles(_request, { signal }) {
        yield {};
        await new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve()));
      },
    });
    await server.listen(`unix:${path}/guarded`);
    channel = resources.use(new RpcChannel(`unix:${path}/guarded`));
  });

  const refused = (): never => {
    throw new FilemillError('UNAUTHENTICATED');
  };
  const begin = () => {
    heard = [];
    known.clear();
  };

  it('tells the handler who calls', async () => {
    begin();
    known.set('Bearer a', identityWith('read'));
    await channel.client(UploadService).getUpload({}, { authorization: 'Bearer a' });
    assert.deepEqual(heard[0]?.caller, { ...identityWith('read'), address: 'local' });
  });

  it('does not believe what the client says about itself', async () => {
    begin();
    known.set('Bearer a', identityWith('read'));
    const caller = identityWith('admin');
    await channel.client(UploadService).getUpload({}, { authorization: 'Bearer a', caller });
    await channel.client(UploadService).cancelUpload({}, { caller });
    assert.deepEqual(heard[0]?.caller.scopes, ['read']);
    assert.deepEqual([heard[1]?.caller.kind, heard[1]?.caller.scopes], ['anonymous', []]);
  });

  for (const [what, scopes, reason] of [
    ['an unknown caller', undefined, 'UNAUTHENTICATED'],
    ['a caller without the scope', ['read', 'delete', 'retry'], 'PERMISSION_DENIED'],
  ] as const)
    it(`refuses ${what} before a message is read`, async () => {
      begin();
      if (scopes) known.set('Bearer a', identityWith(...scopes));
      const messages = async function* () {
        yield { part: { case: 'chunk' as const, value: Buffer.alloc(1_000) } };
        await new Promise(() => undefined);
      };
      const options: CallOptions = { authorization: 'Bearer a' };
      await assert.rejects(channel.client(UploadService).uploadFile(messages(), options), { reason });
      assert.deepEqual(heard, []);
    });

  it('admits a caller with the scope, and an admin', async () => {
    begin();
    for (const scope of ['upload', 'admin'] as const) {
      known.set('Bearer a', identityWith(scope));
      const messages = async function* () {
        yield { part: { case: 'chunk' as const, value: Buffer.alloc(10) } };
      };
      await channel.client(UploadService).uploadFile(messages(), { authorization: 'Bearer a' });
    }
    assert.deepEqual(
      heard.map(({ read }) => read),
      [1, 1],
    );
  });

  it('ends a stream whose credentials were revoked', async () => {
    begin();
    known.set('Bearer a', identityWith('read'));
    const stream = channel.client(MetadataService).watchFiles({}, { authorization: 'Bearer a' });
    const messages = stream[Symbol.asyncIterator]();
    assert.equal((await messages.next()).done, false);
    known.clear();
    await assert.rejects(messages.next(), { reason: 'UNAUTHENTICATED' });
  });

  it('asks no more about a stream that was cancelled while its caller was asked about', async () => {
    begin();
    const asked = Promise.withResolvers<void>();
    const answered = Promise.withResolvers<void>();
    let times = 0;
    slowly = async () => {
      times += 1;
      asked.resolve();
      await answered.promise;
    };
    known.set('Bearer a', identityWith('read'));
    const leaving = new AbortController();
    const stream = channel
      .client(MetadataService)
      .watchFiles({}, { authorization: 'Bearer a', signal: leaving.signal });
    const next = stream[Symbol.asyncIterator]().next();
    await asked.promise;
    leaving.abort();
    await assert.rejects(next);
    await setTimeout(50);
    answered.resolve();
    await setTimeout(100);
    slowly = undefined;
    assert.equal(times, 1);
  });

  it('refuses to serve an RPC that has no row in the table', () => {
    const access: Access = { needOf: () => undefined, identify: () => identityWith('admin') };
    const server = resources.use(new RpcServer(quiet, {}, {}, { access }));
    assert.throws(() => server.addPart(UploadService, {}), /no row for filemill.v1.UploadService\/UploadFile/);
  });

  it('tells an unknown caller nothing about RPCs that are not served', async () => {
    begin();
    const failure = await channel
      .client(MetadataService)
      .getStats({}, { authorization: 'Bearer a' })
      .catch((error: unknown) => error);
    assert.ok(failure instanceof FilemillError);
    assert.equal((failure.cause as { code?: number }).code, status.UNAUTHENTICATED);
  });
});

describe('callers that are known for a moment', () => {
  const counting = (answer: () => Identity) => {
    const asked: string[] = [];
    const callers = new KnownCallers(async (credentials) => {
      asked.push(credentials);
      return answer();
    });
    return { asked, callers };
  };

  it('cost one question for many calls', async () => {
    const { asked, callers } = counting(() => identityWith('read'));
    const found = await Promise.all(Array.from({ length: 10 }, () => callers.identify('Bearer abc')));
    await callers.identify('bearer  abc');
    assert.deepEqual([asked, found.length], [['abc'], 10]);
  });

  it('are asked about again after an outage, and not at once after a refusal', async () => {
    for (const [reason, times] of [
      ['UNAVAILABLE', 2],
      ['UNAUTHENTICATED', 1],
    ] as const) {
      const { asked, callers } = counting(() => {
        throw new FilemillError(reason);
      });
      for (let n = 0; n < 2; n++) await assert.rejects(callers.identify('Bearer abc'), { reason });
      assert.equal(asked.length, times, reason);
    }
  });

  it('are refused from the moment at which their credentials expire', async () => {
    const { callers } = counting(() => ({ ...identityWith('read'), expiresAt: Date.now() - 1 }));
    await assert.rejects(callers.identify('Bearer abc'), { reason: 'UNAUTHENTICATED' });
  });

  for (const header of [
    undefined,
    '',
    'abc',
    'Bearer',
    'Bearer ',
    'Basic YTpi',
    'Bearer a b',
    `Bearer ${'a'.repeat(9_000)}`,
  ])
    it(`are not asked about for the header ${JSON.stringify(header)?.slice(0, 20)}`, async () => {
      const { asked, callers } = counting(() => identityWith('admin'));
      await assert.rejects(callers.identify(header), { reason: 'UNAUTHENTICATED' });
      assert.deepEqual(asked, []);
    });
});
