import { readFile } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { FilemillError, type Reason } from '#domain/errors.ts';
import { MetadataService } from '#gen/filemill/v1/metadata_service_pb.ts';
import { UploadService } from '#gen/filemill/v1/upload_service_pb.ts';
import { eventually } from '../../support/eventually.ts';
import { chunkOf, closingOf, metadataOf, streamOf, type UploadMessage } from '../../support/upload-stack.ts';
import type { Fault, Scene } from '../fault.ts';

/** Clients that break off, lie, or send what is odd: nothing of theirs is kept, and nobody else suffers. */
export const clientFaults: readonly Fault[] = [
  { row: 24, name: 'client-vanishes', title: 'clients break off in the middle of a file', inject: breakOff },
  { row: 25, name: 'silent-streams', title: '100 streams fall silent', inject: fallSilent },
  {
    row: 26,
    name: 'wrong-declaration',
    title: 'size or SHA-256 differ from what was declared',
    inject: declareWrongly,
  },
  { row: 27, name: 'hostile-names', title: 'names such as ../x, NUL, bidi, 10 KB', inject: nameBadly },
  { row: 28, name: 'empty-and-large', title: 'a file of zero bytes and one of 64 MiB', inject: sendExtremes },
];

async function breakOff({ stack, injected }: Scene): Promise<void> {
  const { uploadFile } = stack.channel.client(UploadService);
  for (let n = 0; n < 10; n++) {
    const gone = new AbortController();
    const upload = uploadFile(halfOf(`vanished-${n}`), { signal: gone.signal });
    upload.catch(() => undefined);
    await delay(20 * n);
    gone.abort();
    if (
      await upload.then(
        () => false,
        () => true,
      )
    )
      injected();
  }
  await keepsNothing(stack, 'vanished-%');
}

/** Never ends by itself. */
async function* halfOf(filename: string): AsyncGenerator<UploadMessage> {
  yield metadataOf({ filename, size: 1_000_000n });
  yield chunkOf(Buffer.alloc(200_000));
  await new Promise(() => undefined);
}

/** Longer than a busy machine keeps a client that means well from sending. */
const idleMs = 5_000;

async function fallSilent({ stack, injected }: Scene): Promise<void> {
  await stack.restart('upload', { FILEMILL_STREAM_IDLE_MS: String(idleMs) });
  // What is acknowledged may have come by HTTP, while this connection is still to be made again.
  const answers = () => stack.channel.client(MetadataService).getStats({});
  await eventually('gRPC answers again', () => answers().then(Boolean, () => false));
  const { uploadFile } = stack.channel.client(UploadService);
  const streams = Array.from({ length: 100 }, (_, n) =>
    refusalOf(uploadFile(halfOf(`hushed-${n}`), { timeoutMs: 20_000 })),
  );
  injected((await Promise.all(streams)).filter((reason) => reason === 'STREAM_IDLE').length);
  await keepsNothing(stack, 'hushed-%');
}

async function declareWrongly({ stack, random, injected }: Scene): Promise<void> {
  const { uploadFile } = stack.channel.client(UploadService);
  const bytes = Buffer.alloc(random.between(1, 100_000), 'x');
  const size = BigInt(bytes.length);
  const other = '0'.repeat(64);
  const lies: readonly [Reason, UploadMessage, ...UploadMessage[]][] = [
    ['SIZE_MISMATCH', metadataOf({ filename: 'liar-1', size: size + 1n }), chunkOf(bytes)],
    ['SIZE_MISMATCH', metadataOf({ filename: 'liar-2', size: size - 1n }), chunkOf(bytes)],
    ['CHECKSUM_MISMATCH', metadataOf({ filename: 'liar-3', size, sha256: other }), chunkOf(bytes)],
    ['CHECKSUM_MISMATCH', metadataOf({ filename: 'liar-4', sha256AtClose: true }), chunkOf(bytes), closingOf(other)],
  ];
  for (const [reason, ...messages] of lies)
    if ((await refusalOf(uploadFile(streamOf(...messages)))) === reason) injected();
    else throw new Error(`A wrong declaration was not refused with ${reason}`);
  await keepsNothing(stack, 'liar-%');
}

async function nameBadly({ stack, random, injected }: Scene): Promise<void> {
  const { uploadFile } = stack.channel.client(UploadService);
  const depth = random.between(1, 8);
  const names = [
    `${'../'.repeat(depth)}escaped`,
    `${'..\\'.repeat(depth)}escaped`,
    `/tmp/escaped-${depth}`,
    ...['..', '.', '', 'nul\0byte', 'line\nbreak', '\u001b[31mred', 'rtl\u202egpj.exe'],
    'x'.repeat(10_240),
  ];
  for (const filename of names) {
    const reason = await refusalOf(uploadFile(streamOf(metadataOf({ filename }), chunkOf('x'))));
    if (reason !== 'NAME_INVALID') throw new Error(`The name ${JSON.stringify(filename)} was not refused: ${reason}`);
    injected();
  }
  const strange = await stack.store.strange();
  if (strange.length > 0) throw new Error(`The store holds ${strange}`);
}

/** Far above what either process needs, far below the files that would have to be in memory. */
const memoryMiB = 400;

async function sendExtremes({ stack, load, injected }: Scene): Promise<void> {
  for (const size of [0, 64 * 2 ** 20]) if ((await load.send(Buffer.alloc(size, 'word '))) !== undefined) injected();
  for (const name of ['upload', 'worker-1', 'worker-2'] as const) {
    const status = await readFile(`/proc/${stack.process(name).child.pid}/status`, 'utf8');
    const peak = Number(/^VmHWM:\s+(\d+) kB/m.exec(status)?.[1]) / 1024;
    if (!(peak < memoryMiB)) throw new Error(`${name} took ${peak} MiB`);
  }
}

/** Why an upload was refused; undefined when it was kept. */
async function refusalOf(upload: Promise<unknown>): Promise<Reason | undefined> {
  return await upload.then(
    () => undefined,
    (error) => {
      if (error instanceof FilemillError) return error.reason;
      throw error;
    },
  );
}

/** No row, and whatever is staged now goes soon: other clients go on staging files of their own. */
async function keepsNothing({ postgres, store }: Scene['stack'], names: string): Promise<void> {
  const rows = await postgres.query('select from files where filename like $1', [names]);
  if (rows.length > 0) throw new Error(`${rows.length} of these files were kept`);
  const before = new Set(await store.staged());
  await eventually('staging is cleared', async () => !(await store.staged()).some((name) => before.has(name)));
}
