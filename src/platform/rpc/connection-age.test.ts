import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { Health, HealthCheckResponse_ServingStatus as ServingStatus } from '#gen/grpc/health/v1/health_pb.ts';
import { createLogger } from '#platform/logger.ts';
import { RpcChannel } from '#platform/rpc/client.ts';
import { internalServerOptions, RpcServer } from '#platform/rpc/server.ts';

/** About fifty calls are enough. */
const maxCalls = 20_000;

describe('the age of a connection', () => {
  it('makes a client connect anew, and fails no call', async () => {
    await using server = await startServer({ maxConnectionAgeMs: 50 });
    using channel = new RpcChannel(server.address);
    const health = channel.client(Health);
    for (let call = 0; server.peers.size < 3 && call < maxCalls; call++) await health.check({});
    assert.equal(server.peers.size, 3);
  });

  it('lets a stream end that began before', async () => {
    await using server = await startServer({ maxConnectionAgeMs: 50 });
    using channel = new RpcChannel(server.address);
    const health = channel.client(Health);
    const watched = health.watch({})[Symbol.asyncIterator]();
    assert.equal((await watched.next()).value?.status, ServingStatus.NOT_SERVING);
    for (let call = 0; server.peers.size < 3 && call < maxCalls; call++) await health.check({});
    assert.equal(server.peers.size, 3);
    server.finishWatches();
    assert.equal((await watched.next()).value?.status, ServingStatus.SERVING);
    assert.equal((await watched.next()).done, true);
  });

  it('is not limited by 0', async () => {
    await using server = await startServer({ maxConnectionAgeMs: 0 });
    using channel = new RpcChannel(server.address);
    const health = channel.client(Health);
    for (let call = 0; call < 10; call++) {
      await health.check({});
      await delay(20);
    }
    assert.equal(server.peers.size, 1);
  });
});

/** Serves health on its own port, and records the callers. */
async function startServer(options: { maxConnectionAgeMs: number }) {
  const peers = new Set<string>();
  const { promise: finished, resolve: finishWatches } = Promise.withResolvers<void>();
  const logger = createLogger('test', { level: 'silent', format: 'json' });
  const server = new RpcServer(logger, internalServerOptions(options)).add(Health, {
    async check(_request, { peer }) {
      peers.add(peer);
      return { status: ServingStatus.SERVING };
    },
    async *watch() {
      yield { status: ServingStatus.NOT_SERVING };
      await finished;
      yield { status: ServingStatus.SERVING };
    },
  });
  await server.listen('127.0.0.1:0');
  const address = `127.0.0.1:${server.port}`;
  return { address, peers, finishWatches, [Symbol.asyncDispose]: () => server[Symbol.asyncDispose]() };
}
