import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, it } from 'node:test';
import { Metadata } from '@grpc/grpc-js';
import { anonymous, aService, type Identity, nobody } from '#domain/access.ts';
import { FilemillError } from '#domain/errors.ts';
import { MetadataService } from '#gen/filemill/v1/metadata_service_pb.ts';
import { UploadService } from '#gen/filemill/v1/upload_service_pb.ts';
import { never } from '#platform/abort.ts';
import { createLogger } from '#platform/logger.ts';
import { measureAll } from '#test/support/measure-all.ts';
import { testFolder } from '#test/support/start-services.ts';
import { addressOf, type CallContext, callerKey, contextOf } from './call-context.ts';
import type { CallOptions } from './call-options.ts';
import { RpcChannel } from './client.ts';
import { RpcServer } from './server.ts';

const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
const minute = 60_000;
const page = measureAll();

const resources = new AsyncDisposableStack();
/** The context that the last handler received. */
let context: CallContext;
/** What the handler does then. */
let then: () => object | Promise<object>;
let direct: RpcChannel;
let gateway: RpcChannel;
beforeEach(() => {
  then = () => ({});
});
before(async () => {
  const { path } = resources.use(await testFolder());
  const listening = async (name: string, server: RpcServer) => {
    resources.use(server);
    await server.listen(`unix:${path}/${name}`);
    return resources.use(new RpcChannel(`unix:${path}/${name}`));
  };
  direct = await listening('direct', servingAllKinds());
  const forwarding = new RpcServer(quiet).addForwarded(MetadataService, direct, never);
  gateway = await listening('gateway', forwarding);
});
after(() => resources.disposeAsync());

const quiet = createLogger('test', { level: 'silent', format: 'json' });

function servingAllKinds(): RpcServer {
  const heard = async (told: CallContext) => {
    context = told;
    return await then();
  };
  return new RpcServer(quiet)
    .addPart(UploadService, {
      getUpload: async (_request, told) => heard(told),
      uploadFile: async (_requests, told) => heard(told),
      async *uploadMany(_requests, told) {
        yield await heard(told);
      },
    })
    .addPart(MetadataService, {
      getFiles: async (_request, told) => heard(told),
      async *watchFiles(_request, told) {
        yield await heard(told);
      },
    });
}

async function* nothing(): AsyncGenerator<never> {}

const kinds: Readonly<Record<string, (options: CallOptions) => Promise<unknown>>> = {
  unary: (options) => direct.client(UploadService).getUpload({}, options),
  'client-streaming': (options) => direct.client(UploadService).uploadFile(nothing(), options),
  'server-streaming': (options) => Array.fromAsync(direct.client(MetadataService).watchFiles({}, options)),
  bidirectional: (options) => Array.fromAsync(direct.client(UploadService).uploadMany(nothing(), options)),
  'forwarded unary': (options) => gateway.client(MetadataService).getFiles({}, options),
  'forwarded server-streaming': (options) => Array.fromAsync(gateway.client(MetadataService).watchFiles({}, options)),
};

for (const [kind, call] of Object.entries(kinds))
  describe(`A ${kind} call`, () => {
    it('tells its handler the caller, the deadline and the request id', async () => {
      const deadline = Date.now() + 10 * minute;
      await call({ requestId: 'order-7:3', deadline });
      assert.deepEqual(context.caller, { ...aService, address: 'local' });
      assert.equal(context.requestId, 'order-7:3');
      // The remaining time is sent, and each side uses its own clock.
      assert.ok(Math.abs(context.deadline - deadline) < minute);
    });

    it('tells its handler the caller that it is made for', async () => {
      const ada: Identity = { kind: 'token', id: 'a1', name: 'Ada אדה', tenant: 'red', scopes: ['read'] };
      await call({ caller: ada });
      assert.deepEqual(context.caller, { ...ada, address: 'local' });
    });

    it('gets a request id when it brings none', async () => {
      await call({});
      assert.match(context.requestId, uuid);
    });

    it('is told the request id with a refusal, which is counted', async () => {
      then = () => {
        throw new FilemillError('INTERNAL', 'on purpose');
      };
      const failure = await call({ requestId: 'order-8' }).catch((error: unknown) => error);
      assert.ok(failure instanceof FilemillError);
      assert.deepEqual([failure.reason, failure.message, failure.requestId], ['INTERNAL', 'on purpose', 'order-8']);
      const counted = /^rpc_server_call_duration_seconds_count\{rpc_method="[\w.]+\/\w+",error_type="INTERNAL"\} \d+$/m;
      assert.match((await page()).join('\n'), counted);
    });

    it('ends at its deadline, and so does its handler', async () => {
      const { promise: ended, resolve } = Promise.withResolvers<object>();
      then = () => {
        context.signal.addEventListener('abort', () => resolve({}));
        return ended;
      };
      await assert.rejects(call({ deadline: Date.now() + 1_000 }), { reason: 'UNAVAILABLE' });
      await ended;
    });
  });

describe('A deadline', () => {
  it('is none where nobody set one', async () => {
    await Array.fromAsync(gateway.client(MetadataService).watchFiles({}));
    assert.equal(context.deadline, Number.POSITIVE_INFINITY);
  });

  it('is that of the caller, also when it is later than the one of a lone unary call', async () => {
    await gateway.client(MetadataService).getFiles({}, { timeoutMs: 10 * minute });
    assert.ok(context.deadline - Date.now() > 9 * minute);
  });
});

const hostile: Readonly<Record<string, string>> = {
  'is empty': '',
  'is too long': 'a'.repeat(129),
  'holds a space': 'a b',
  'holds a quote': 'a"b',
  'holds a percent sign': '%0a',
};

describe('A request id', () => {
  for (const [what, requestId] of Object.entries(hostile))
    it(`that ${what} is replaced`, async () => {
      await direct.client(UploadService).getUpload({}, { requestId });
      assert.match(context.requestId, uuid);
    });

  it('of 128 characters is kept', async () => {
    await direct.client(UploadService).getUpload({}, { requestId: 'a'.repeat(128) });
    assert.equal(context.requestId, 'a'.repeat(128));
  });
});

describe('A caller without authentication', () => {
  for (const [peer, address] of [
    ['10.0.0.7:51234', '10.0.0.7'],
    ['::1:51234', '::1'],
    ['2001:db8::7:443', '2001:db8::7'],
    ['[2001:db8::7]:443', '2001:db8::7'],
    ['unknown', 'local'],
    ['', 'local'],
  ] as const)
    it(`is ${address} for a connection from "${peer}"`, () => {
      assert.equal(addressOf(peer), address);
    });
});

it('An internal listener that demands credentials refuses callers that a public port did not ask', async () => {
  const { path } = resources.use(await testFolder());
  const server = resources.use(new RpcServer(quiet, {}, {}, { refusesAnonymous: true }));
  server.addPart(MetadataService, { getStats: async () => ({}) });
  await server.listen(`unix:${path}/internal`);
  const { getStats } = resources.use(new RpcChannel(`unix:${path}/internal`)).client(MetadataService);
  await assert.rejects(getStats({}, { caller: anonymous }), { reason: 'UNAUTHENTICATED' });
  await getStats({}, { caller: { ...anonymous, kind: 'token' } });
  await getStats({});
});

it('A caller that nobody can read is nobody', () => {
  const metadata = new Metadata();
  metadata.set(callerKey, Buffer.from('{'));
  const call = {
    metadata,
    cancelled: false,
    getDeadline: () => 0,
    sendMetadata: () => undefined,
    getPeer: () => '',
    once: () => undefined,
  };
  assert.deepEqual(contextOf(call).caller, { ...nobody, address: 'local' });
});
