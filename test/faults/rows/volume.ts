import { execFile } from 'node:child_process';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';
import { FilemillError } from '#domain/errors.ts';
import { UploadService } from '#gen/filemill/v1/upload_service_pb.ts';
import { chunkOf, metadataOf, streamOf } from '../../support/upload-stack.ts';
import type { Fault, Scene } from '../fault.ts';
import type { Stack } from '../stack.ts';
import { VolumeStore } from '../stores/volume-store.ts';

const run = promisify(execFile);

export const volumeFaults: readonly Fault[] = [
  {
    row: 23,
    name: 'disk-full',
    title: 'the volume is full (a tmpfs of 16 MiB)',
    store: 'volume',
    prepare: moveToSmallVolume,
    inject: fillVolume,
    cleanUp: moveBack,
  },
  { row: 29, name: 'object-damaged', title: 'objects are deleted or flipped under the worker', inject: damageObjects },
];

const smallVolume = (stack: Stack) => join(stack.folder, 'small');

async function moveToSmallVolume(stack: Stack): Promise<void> {
  await mkdir(smallVolume(stack));
  await asRoot('mount', '-t', 'tmpfs', '-o', 'size=16m', 'filemill-faults', smallVolume(stack));
  // For an interrupted round: after an orderly one there is nothing to unmount.
  stack.defer(() => asRoot('umount', '--lazy', smallVolume(stack)).catch(() => undefined));
  VolumeStore.of(stack).moveTo(smallVolume(stack));
  await stack.restartOnStore({ FILEMILL_DISK_RESERVE: '0' });
}

async function moveBack(stack: Stack): Promise<void> {
  VolumeStore.of(stack).moveTo();
  await stack.restartOnStore();
  await asRoot('umount', smallVolume(stack));
  await rm(smallVolume(stack), { recursive: true });
}

/** @throws Error when this user may not mount: the row is UNPROVEN then */
async function asRoot(...command: string[]): Promise<void> {
  const [program = '', ...args] = [...sudo, ...command];
  await run(program, args);
}

const sudo = process.getuid?.() === 0 ? [] : ['sudo', '-n'];

/** Below the watermark of zero there is only ENOSPC itself. */
async function fillVolume({ stack, injected }: Scene): Promise<void> {
  const filler = join(smallVolume(stack), 'filler');
  await writeFile(filler, Buffer.alloc(32 * 2 ** 20)).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'ENOSPC') throw error;
  });
  const { uploadFile } = stack.channel.client(UploadService);
  for (let n = 0; n < 5; n++) {
    const messages = streamOf(metadataOf({ filename: `no-room-${n}` }), chunkOf(Buffer.alloc(500_000)));
    const reason = await uploadFile(messages).catch((error) => error instanceof FilemillError && error.reason);
    if (reason === 'DISK_FULL') injected();
    await delay(100);
  }
  await rm(filler);
}

async function damageObjects({ stack, load, mustFail, injected }: Scene): Promise<void> {
  const workers = (['worker-1', 'worker-2'] as const).map((name) => stack.process(name).child);
  for (const worker of workers) worker.kill('SIGSTOP');
  try {
    const [missing, flipped] = [
      // By itself: a segment holds others too.
      await load.send(Buffer.alloc(100_000, 'to be deleted ')),
      await load.send(Buffer.from('to be flipped')),
    ];
    if (missing === undefined || flipped === undefined) throw new Error('Nothing to damage');
    await stack.store.lose(await keyOf(stack, missing));
    mustFail(missing, 'blob_missing');
    await stack.store.flip(await keyOf(stack, flipped));
    mustFail(flipped, 'blob_damaged');
    injected(2);
  } finally {
    for (const worker of workers) worker.kill('SIGCONT');
  }
}

async function keyOf(stack: Stack, id: string): Promise<string> {
  const rows = await stack.postgres.query<{ key: string }>('select storage_key as key from files where id = $1', [id]);
  return rows[0]?.key ?? '';
}
