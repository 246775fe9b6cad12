import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type { FilemillError } from '#domain/errors.ts';
import { MetadataService } from '#gen/filemill/v1/metadata_service_pb.ts';
import { createLogger } from '#platform/logger.ts';
import { isWrongAddress } from '#platform/rpc/errors.ts';
import { RpcServer } from '#platform/rpc/server.ts';
import { testFolder } from '#test/support/start-services.ts';
import { closedPort, startTcp } from '#test/support/tcp-server.ts';
import { never } from '../abort.ts';
import { RpcChannel } from './client.ts';

interface Absence {
  readonly start: () => Promise<string>;
  readonly words: string;
  readonly isWrong?: boolean;
  /** The deadline of the caller is that of the call made for it, so either may report the timeout. */
  readonly isSilent?: boolean;
}

describe('the words for a server that', () => {
  const resources = new AsyncDisposableStack();
  let folder: string;
  before(async () => {
    folder = resources.use(await testFolder()).path;
  });
  after(() => resources.disposeAsync());

  const absences: Readonly<Record<string, Absence>> = {
    'refuses connections': { start: async () => (await closedPort()).address, words: 'connection refused' },
    'has no socket': { start: async () => `unix:${folder}/nobody.sock`, words: 'no such file or directory' },
    'has a name that nobody knows': {
      start: async () => 'nobody.invalid:50051',
      words: 'the name is not known',
      isWrong: true,
    },
    'says nothing': {
      start: () => listening(() => undefined),
      words: 'no answer within SOME s',
      isSilent: true,
    },
    'hangs up': {
      start: () => listening((socket) => socket.destroy()),
      words: 'the connection was closed at once',
    },
    'speaks HTTP/1.1': {
      start: () => listening((socket) => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n')),
      words: 'what answers there does not speak gRPC: it may be an HTTP port, or want TLS (https://)',
      isWrong: true,
    },
  };

  for (const [what, { start, words, isWrong = false, isSilent = false }] of Object.entries(absences))
    it(`${what} are plain, and tell others nothing of where it is`, async () => {
      const target = await start();
      using channel = new RpcChannel(target);
      const error = await failure(channel);
      assert.equal(withoutTime(error), words);
      assert.equal(isWrongAddress(error), isWrong);

      // A connection that failed before, for another channel, would be reported without a reason.
      const options = { 'grpc.use_local_subchannel_pool': 1 };
      using inner = new RpcChannel(target, { part: 'the metadata service', options });
      await using server = new RpcServer(createLogger('test', { level: 'silent', format: 'json' }));
      server.addForwarded(MetadataService, inner, never);
      const front = `unix:${folder}/front-${Object.keys(absences).indexOf(what)}`;
      await server.listen(front);
      using outer = new RpcChannel(front);
      const told = await failure(isSilent ? inner : outer);
      assert.equal(told.reason, 'UNAVAILABLE');
      assert.equal(withoutTime(told), `The metadata service does not answer: ${words}.`);
    });

  async function listening(onConnection: Parameters<typeof startTcp>[0]): Promise<string> {
    return resources.use(await startTcp(onConnection)).address;
  }
});

async function failure(channel: RpcChannel): Promise<FilemillError> {
  return await channel
    .client(MetadataService)
    .getStats({}, { timeoutMs: 2_000 })
    .then(
      () => assert.fail('answered'),
      (error: FilemillError) => error,
    );
}

function withoutTime({ message }: FilemillError): string {
  return message.replace(/[\d.]+ s\b/, 'SOME s');
}
