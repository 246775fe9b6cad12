import { FilemillError } from '#domain/errors.ts';
import { never } from '#platform/abort.ts';
import { Semaphore } from '#platform/semaphore.ts';
import type { S3Client } from '../client/client.ts';
import type { Multipart, Part } from '../client/multiparts.ts';
import type { Piece } from './layout.ts';

/** All parts but the last have at least this size. */
const leastPartBytes = 5 * 2 ** 20;
const partsAtOnce = 3;

/** Makes an object of these bytes. Large pieces are copied by the server; small ones are read and sent again, together. */
export async function joinPieces(client: S3Client, key: string, pieces: readonly Piece[]): Promise<void> {
  const groups = groupsOf(pieces);
  const [only] = groups;
  if (groups.length <= 1 && !isCopied(only)) return await client.put(key, await readAll(client, only ?? []));
  const upload = await client.multiparts.create(key);
  try {
    const lanes = new Semaphore(partsAtOnce);
    const makePart = async (group: readonly Piece[], n: number) => {
      using _lane = await lanes.take(never);
      return await partOf(client, upload, n + 1, group);
    };
    await client.multiparts.complete(upload, await Promise.all(groups.map(makePart)));
  } catch (error) {
    await client.multiparts.abort(upload).catch(() => undefined);
    throw error;
  }
}

/** @throws FilemillError UPLOAD_LOCKED when another process has ended the upload meanwhile */
export async function readPiece(client: S3Client, { key, length }: Piece): Promise<Buffer> {
  const bytes = await client.get(key, { offset: 0, length });
  if (bytes?.length !== length) throw new FilemillError('UPLOAD_LOCKED');
  return bytes;
}

async function partOf(client: S3Client, upload: Multipart, number: number, group: readonly Piece[]): Promise<Part> {
  const [piece] = group;
  return piece !== undefined && isCopied(group)
    ? await client.multiparts.copy(upload, number, piece.key, { offset: 0, length: piece.length })
    : await client.multiparts.upload(upload, number, await readAll(client, group));
}

/** The pieces of each part. */
function groupsOf(pieces: readonly Piece[]): readonly (readonly Piece[])[] {
  const groups: Piece[][] = [];
  for (const piece of pieces) {
    const last = groups.at(-1);
    if (last === undefined || bytesOf(last) >= leastPartBytes) groups.push([piece]);
    else last.push(piece);
  }
  return groups;
}

function isCopied(group: readonly Piece[] | undefined): boolean {
  return group?.length === 1 && bytesOf(group) >= leastPartBytes;
}

async function readAll(client: S3Client, group: readonly Piece[]): Promise<Buffer> {
  return Buffer.concat(await Promise.all(group.map((piece) => readPiece(client, piece))));
}

function bytesOf(group: readonly Piece[]): number {
  return group.reduce((sum, { length }) => sum + length, 0);
}
