import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { readdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import { after, before, describe, it } from 'node:test';
import type { DescMethod } from '@bufbuild/protobuf';
import { MetadataService } from '#gen/filemill/v1/metadata_service_pb.ts';
import { ResultService } from '#gen/filemill/v1/result_service_pb.ts';
import { UploadService } from '#gen/filemill/v1/upload_service_pb.ts';
import { begin } from '../support/resumable-uploads.ts';
import { callHead, frame, preface } from './hostile/http2-bytes.ts';
import { mutated, noise, pick } from './hostile/mutations.ts';
import { hostileName } from './hostile/names.ts';
import { assertOnlyObjects } from './hostile/only-objects.ts';
import { framedBytes, pathOf, RawClient } from './hostile/raw-client.ts';
import { type Known, seedsOf } from './hostile/seeds.ts';
import { startTarget, type Target } from './hostile/target.ts';
import { Random } from './random.ts';

// biome-ignore-start lint/style/noProcessEnv: a test has no config of its own
const messagesPerCall = Number(process.env.FILEMILL_TEST_FUZZ_MESSAGES ?? 300);
const seed = process.env.FILEMILL_TEST_SEED ?? randomBytes(4).toString('hex');
// biome-ignore-end lint/style/noProcessEnv: see above

/** A long run on a busy machine takes a while. */
const patienceMs = 60_000 + 20 * messagesPerCall;

/** Connections at a time, each with one call. */
const lanes = Math.min(128, Math.ceil(messagesPerCall / 10));

let target: Target;
let known: Known;
before(async () => {
  target = await startTarget({ FILEMILL_STREAM_IDLE_MS: '2000' });
  using channel = target.channel();
  const { id: uploadId } = await begin({ uploads: channel.client(UploadService) }, { size: 1_000_000n });
  known = { fileId: await target.upload(Buffer.from('the first')), uploadId };
});
after(() => target[Symbol.asyncDispose]());

describe(`Fuzzed messages, seed ${seed}, do no harm to`, () => {
  for (const service of [UploadService, MetadataService, ResultService])
    for (const method of service.methods)
      it(`${method.name}`, { timeout: patienceMs }, async (test) => {
        const answers = await fuzz(method, messagesPerCall);
        test.diagnostic(`${messagesPerCall} messages: ${JSON.stringify(Object.fromEntries([...answers].sort()))}`);
        await target.assertServes();
        assert.equal(answers.get('none') ?? 0, 0, 'a call had no answer');
        for (const log of [target.log(), target.backends.service('metadata').log()])
          assert.doesNotMatch(log, /call failed/);
        await target.upload(Buffer.from('still well'));
        await assertOnlyObjects(target.storageDir);
      });
});

describe(`Broken HTTP/2, seed ${seed}, does no harm`, () => {
  for (const [what, attack] of Object.entries(attacks()))
    it(what, async () => {
      const random = new Random(`${seed} ${what}`);
      for (let n = 0; n < 50; n += 1) await speak(attack(random));
      await target.assertServes();
      await target.upload(Buffer.from('still well'));
    });
});

it('500 hostile file names touch nothing but objects', async (test) => {
  const random = new Random(`${seed} names`);
  const beside = await readdir(dirname(target.storageDir));
  const shards = await readdir(`${target.storageDir}/objects`);
  const answers = new Map<string, number>();
  using client = new RawClient(target);
  for (let n = 0; n < 500; n += 1) {
    const [name, path] = [hostileName(random), hostileName(random)];
    const metadata = Buffer.concat([lengthDelimited(1, name), lengthDelimited(2, n % 2 === 0 ? path : Buffer.of())]);
    count(answers, await call(client, UploadService.method.uploadFile, [lengthDelimited(1, metadata)]));
  }
  test.diagnostic(JSON.stringify(Object.fromEntries(answers)));
  assert.deepEqual(await readdir(dirname(target.storageDir)), beside);
  assert.deepEqual(await readdir(`${target.storageDir}/objects`), shards);
  await assertOnlyObjects(target.storageDir);
  await target.assertServes();
});

/** Answers with how many calls ended with each gRPC status; `reset` for those without. */
async function fuzz(method: DescMethod, messages: number): Promise<Map<string, number>> {
  const random = new Random(`${seed} ${method.name}`);
  const seeds = seedsOf(method, known);
  const answers = new Map<string, number>();
  let left = messages;
  async function lane(): Promise<void> {
    for (;;) {
      using client = new RawClient(target);
      // A connection a few calls, so that one which is cut costs the others nothing.
      for (let n = 0; n < 200 && !client.session.destroyed; n += 1) {
        if (left <= 0) return;
        const many = ['client_streaming', 'bidi_streaming'].includes(method.methodKind) ? random.between(1, 4) : 1;
        left -= many;
        const parts = Array.from({ length: many }, (_, at) =>
          at === 0 && random.next() < 0.7 ? (seeds[0] as Buffer) : mutated(seeds, random),
        );
        count(answers, await call(client, method, many === 1 ? [mutated(seeds, random)] : parts, random));
      }
    }
  }
  await Promise.all(Array.from({ length: lanes }, lane));
  return answers;
}

/** Calls that answer for as long as their client stays: one answer is enough. */
const endless = new Set(['WatchChanges']);

/** One call with its frames honest most of the time. Resolves to its gRPC status. */
async function call(
  client: RawClient,
  method: DescMethod,
  messages: readonly Buffer[],
  random?: Random,
): Promise<string> {
  const stream = client.open(pathOf(method));
  let answer = 'reset';
  const seen = (head: Record<string, unknown>) => {
    if (head['grpc-status'] !== undefined) answer = `status ${head['grpc-status']}`;
  };
  stream.on('response', seen).on('trailers', seen).resume();
  if (endless.has(method.name)) stream.once('data', () => stream.close());
  for (const message of messages) {
    const lies = random !== undefined && random.next() < 0.05;
    const length = lies ? random.between(0, 2 * message.length + 1) : message.length;
    stream.write(framedBytes(message, length, lies ? random.between(0, 255) : 0));
  }
  stream.end();
  return await new Promise((resolve) => {
    const late = setTimeout(() => resolve('none'), 20_000);
    stream.once('close', () => {
      clearTimeout(late);
      resolve(answer);
    });
  });
}

/** What clients say who do not speak HTTP/2, or speak it badly. */
function attacks(): Record<string, (random: Random) => Buffer> {
  const settings = frame(4, 0, 0);
  const path = pathOf(UploadService.method.uploadFile);
  const begun = () => Buffer.concat([preface, settings, callHead(1, path, target.authorization)]);
  const anyFrame = (random: Random) =>
    frame(random.between(0, 12), random.between(0, 255), random.between(0, 5), noise(random.between(0, 64), random));
  return {
    noise: (random) => noise(random.between(1, 2_000), random),
    'a broken preface': (random) => Buffer.concat([mutated([preface], random), settings]),
    'HTTP/1.1 and TLS': (random) => pick([Buffer.from('GET / HTTP/1.1\r\nHost: x\r\n\r\n'), tlsHello], random),
    'frames of any kind': (random) =>
      Buffer.concat([preface, settings, ...Array.from({ length: random.between(1, 50) }, () => anyFrame(random))]),
    'frames of any kind within a call': (random) =>
      Buffer.concat([begun(), ...Array.from({ length: random.between(1, 50) }, () => anyFrame(random))]),
    'calls that are changed a little': (random) =>
      Buffer.concat([
        preface,
        settings,
        mutated([callHead(1, path, target.authorization), frame(0, 1, 1, framedBytes(Buffer.of(1)))], random),
      ]),
    'frames that announce more than comes': (random) =>
      Buffer.concat([
        begun(),
        frame(random.between(0, 9), 0, 1, Buffer.alloc(16_384)).subarray(0, random.between(3, 900)),
      ]),
    'heads without end': () => {
      const head = frame(1, 0, 1, Buffer.of(0x83));
      const more = Array.from({ length: 200 }, () =>
        frame(9, 0, 1, Buffer.concat([Buffer.of(0x00, 1, 97, 100), Buffer.alloc(100, 98)])),
      );
      return Buffer.concat([preface, settings, head, ...more]);
    },
    'windows that overflow': () =>
      Buffer.concat([
        begun(),
        frame(8, 0, 0, Buffer.from('7fffffff', 'hex')),
        frame(8, 0, 1, Buffer.from('7fffffff', 'hex')),
      ]),
  };
}

const tlsHello = Buffer.from('16030100a5010000a10303', 'hex');

/** Says it, and goes away: at once, or once the other side has closed. */
async function speak(bytes: Buffer): Promise<void> {
  const socket = target.connect();
  socket.on('error', () => undefined).resume();
  await new Promise<void>((resolve) => {
    const enough = setTimeout(() => socket.destroy(), 20);
    socket.once('close', () => {
      clearTimeout(enough);
      resolve();
    });
    socket.write(bytes);
  });
}

/** A field of a protobuf message that holds bytes. */
function lengthDelimited(field: number, bytes: Buffer): Buffer {
  const length: number[] = [];
  let left = bytes.length;
  for (; left > 127; left = Math.floor(left / 128)) length.push((left % 128) + 128);
  return Buffer.concat([Buffer.of(field * 8 + 2, ...length, left), bytes]);
}

function count(counts: Map<string, number>, key: string): void {
  counts.set(key, (counts.get(key) ?? 0) + 1);
}
