import assert from 'node:assert/strict';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import type { FilemillError } from '#domain/errors.ts';
import { UploadLockService } from '#gen/filemill/internal/v1/upload_lock_service_pb.ts';
import { Health, HealthCheckResponse_ServingStatus as ServingStatus } from '#gen/grpc/health/v1/health_pb.ts';
import { createLogger } from '#platform/logger.ts';
import { testFolder } from '#test/support/start-services.ts';
import { RpcChannel } from '../client.ts';
import { RpcServer } from '../server.ts';

const token = 'of all services, and of nobody else';

describe('the token that services share', () => {
  const resources = new AsyncDisposableStack();
  let address: string;
  let handled = 0;
  before(async () => {
    address = `unix:${join(resources.use(await testFolder()).path, 'internal')}`;
    const logger = createLogger('test', { level: 'silent', format: 'json' });
    const server = new RpcServer(logger, {}, {}, { serviceToken: token })
      .add(Health, { check: async () => ({ status: ServingStatus.SERVING }), async *watch() {} })
      .addPart(UploadLockService, {
        lockUploads: async () => {
          handled += 1;
          return {};
        },
      });
    await resources.use(server).listen(address);
  });
  after(() => resources.disposeAsync());

  const callers: Readonly<Record<string, { settings: ConstructorParameters<typeof RpcChannel>[1]; known: boolean }>> = {
    'the token': { settings: { serviceToken: token }, known: true },
    'no token': { settings: {}, known: false },
    'another token': { settings: { serviceToken: `${token}.` }, known: false },
    'a part of it': { settings: { serviceToken: token.slice(0, -1) }, known: false },
    'the token as that of a client': { settings: { authorization: `Bearer ${token}` }, known: false },
  };
  for (const [what, { settings, known }] of Object.entries(callers))
    it(`${known ? 'admits' : 'refuses'} a call with ${what}`, async () => {
      using channel = new RpcChannel(address, settings);
      const before = handled;
      const reason = await channel
        .client(UploadLockService)
        .lockUploads({})
        .then(
          () => 'OK',
          (error: FilemillError) => error.reason,
        );
      assert.equal(reason, known ? 'OK' : 'UNAUTHENTICATED');
      assert.equal(handled - before, known ? 1 : 0);
      assert.equal((await channel.client(Health).check({})).status, ServingStatus.SERVING, 'probes need no token');
    });
});
