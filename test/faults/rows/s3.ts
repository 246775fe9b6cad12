import { setTimeout as delay } from 'node:timers/promises';
import { FilemillError, type Reason } from '#domain/errors.ts';
import { UploadService } from '#gen/filemill/v1/upload_service_pb.ts';
import { chunkOf, metadataOf, streamOf } from '../../support/upload-stack.ts';
import type { Fault, Scene } from '../fault.ts';
import type { Random } from '../random.ts';
import type { S3Call, Treatment } from '../stores/s3-proxy.ts';
import { S3Store } from '../stores/s3-store.ts';

/** What object servers do, and what happens on the way to them. */
const faults: readonly Omit<Fault, 'store'>[] = [
  {
    row: 51,
    name: 's3-front-killed',
    title: 'the front of the object server: kill -9, twice',
    inject: (scene) => kill(scene, 'front'),
  },
  {
    row: 51,
    name: 's3-killed',
    title: 'every process of the object server: kill -9, twice',
    inject: (scene) => kill(scene, 'all'),
  },
  { row: 52, name: 's3-frozen', title: 'the front of the object server: SIGSTOP for 4 s', inject: freeze },
  { row: 53, name: 's3-slow', title: 'each answer of the object server takes up to 1.5 s more', inject: slowDown },
  { row: 54, name: 's3-asks-for-fewer', title: 'two of three requests are answered 503 SlowDown', inject: askForFewer },
  {
    row: 55,
    name: 's3-answers-lost',
    title: 'writes are done, and half of their answers are lost',
    inject: loseAnswers,
  },
  { row: 56, name: 's3-cut', title: 'a third of the requests are cut off', inject: cut },
  { row: 57, name: 's3-full', title: 'the quota of the bucket is used up', inject: fill },
  {
    row: 58,
    name: 's3-refuses',
    title: 'the object server does not accept the credentials',
    refuses: true,
    inject: refuse,
  },
];

export const s3Faults: readonly Fault[] = faults.map((fault) => ({ ...fault, store: 's3' }));

async function kill({ stack, load, random, injected }: Scene, parts: 'front' | 'all'): Promise<void> {
  const store = S3Store.of(stack);
  for (let n = 0; n < 2; n++) {
    await delay(random.between(0, 500));
    await store.kill(parts);
    injected();
    await delay(random.between(0, 1_000));
    await store.revive();
    await load.acknowledges(4);
  }
}

async function freeze({ stack, injected }: Scene): Promise<void> {
  const store = S3Store.of(stack);
  await store.signalFront('SIGSTOP');
  injected();
  await delay(4_000);
  await store.signalFront('SIGCONT');
}

async function slowDown(scene: Scene): Promise<void> {
  await treat(scene, (random) => ({ kind: 'delay', ms: random.between(0, 1_500) }));
}

async function askForFewer(scene: Scene): Promise<void> {
  await treat(scene, (random) =>
    random.next() < 2 / 3 ? { kind: 'refuse', status: 503, code: 'SlowDown' } : undefined,
  );
}

async function loseAnswers(scene: Scene): Promise<void> {
  await treat(scene, (random, { writes }) => (writes && random.next() < 1 / 2 ? { kind: 'lose-answer' } : undefined));
}

async function cut(scene: Scene): Promise<void> {
  await treat(scene, (random) => (random.next() < 1 / 3 ? { kind: 'cut' } : undefined));
}

const acknowledgedMeanwhile = 12;

/** Until some more uploads were acknowledged. */
async function treat(
  { stack, load, random, injected }: Scene,
  treatment: (random: Random, call: S3Call) => Treatment | undefined,
): Promise<void> {
  const { proxy } = S3Store.of(stack);
  const before = proxy.treated;
  proxy.treat((call) => treatment(random, call));
  await load.acknowledges(acknowledgedMeanwhile);
  proxy.treat();
  injected(proxy.treated - before);
}

async function fill(scene: Scene): Promise<void> {
  await refuseWrites(scene, 'QuotaExceeded', 'DISK_FULL');
}

async function refuse(scene: Scene): Promise<void> {
  await refuseWrites(scene, 'InvalidAccessKeyId', 'STORE_REFUSES');
}

/** A client that uploads is told why; what was kept before can be read. */
async function refuseWrites({ stack, injected }: Scene, code: string, expected: Reason): Promise<void> {
  const { proxy } = S3Store.of(stack);
  proxy.treat(({ writes }) => (writes ? { kind: 'refuse', status: 403, code } : undefined));
  const { uploadFile } = stack.channel.client(UploadService);
  for (let n = 0; n < 5; n++) {
    const size = n % 2 === 0 ? 1_000 : 500_000;
    const messages = streamOf(metadataOf({ filename: `refused-${n}` }), chunkOf(Buffer.alloc(size)));
    const reason = await uploadFile(messages).then(
      () => undefined,
      (error) => error instanceof FilemillError && error.reason,
    );
    if (reason === expected) injected();
    else throw new Error(`An upload was answered with ${reason} instead of ${expected}`);
    await delay(100);
  }
  proxy.treat();
}
