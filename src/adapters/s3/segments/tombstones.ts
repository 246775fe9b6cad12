import { Batcher } from '#platform/batcher.ts';
import type { S3Client } from '../client/client.ts';
import { deadFolder, type SegmentKey } from '../layout.ts';

/** The removed blobs of one segment. */
export interface Tombstones {
  readonly segment: string;
  /** The positions of their contents. */
  readonly offsets: ReadonlySet<number>;
  /** When the first of them was removed. */
  readonly since: Date;
  readonly objectKeys: readonly string[];
}

const radix = 36;
/** An offset has at most six digits and its separator; keys may have 1,024 bytes with the prefix. */
const offsetsPerObject = 100;

/** Notes of removed small blobs, as their segments never change. Removals that come together share a note. */
export class TombstoneStore {
  readonly #client: S3Client;
  readonly #removals: Batcher<SegmentKey, undefined>;

  constructor(client: S3Client) {
    this.#client = client;
    this.#removals = new Batcher((keys) => this.#write(keys), { name: 'remove', maxBatch: 1_000 });
  }

  async add(key: SegmentKey): Promise<void> {
    await this.#removals.add(key);
  }

  /** The tombstones of one segment; undefined if none of its blobs was removed. */
  async of(segment: string): Promise<Tombstones | undefined> {
    return (await Array.fromAsync(this.#list(`${deadFolder}${segment}/`)))[0];
  }

  /** The tombstones of all segments, oldest segment first. */
  all(): AsyncGenerator<Tombstones> {
    return this.#list(deadFolder);
  }

  async remove({ objectKeys }: Tombstones): Promise<void> {
    for (const key of objectKeys) await this.#client.remove(key);
  }

  async #write(keys: readonly SegmentKey[]): Promise<readonly undefined[]> {
    const puts = Map.groupBy(keys, ({ segment }) => segment)
      .entries()
      .flatMap(([segment, removed]) => {
        const offsets = [...new Set(removed.map(({ offset }) => offset.toString(radix)))];
        return noteKeys(segment, offsets).map((key) => this.#client.put(key, Buffer.alloc(0)));
      });
    await Promise.all(puts);
    return keys.map(() => undefined);
  }

  async *#list(begin: string): AsyncGenerator<Tombstones> {
    let current: { segment: string; offsets: Set<number>; since: Date; objectKeys: string[] } | undefined;
    for await (const objects of this.#client.list(begin))
      for (const { key, writtenAt } of objects) {
        const [segment = '', offsets = ''] = key.slice(deadFolder.length).split('/');
        if (current?.segment !== segment) {
          if (current !== undefined) yield current;
          current = { segment, offsets: new Set(), since: writtenAt, objectKeys: [] };
        }
        for (const offset of offsets.split('.')) current.offsets.add(Number.parseInt(offset, radix));
        if (writtenAt < current.since) current.since = writtenAt;
        current.objectKeys.push(key);
      }
    if (current !== undefined) yield current;
  }
}

function noteKeys(segment: string, offsets: readonly string[]): readonly string[] {
  const keys: string[] = [];
  for (let from = 0; from < offsets.length; from += offsetsPerObject)
    keys.push(`${deadFolder}${segment}/${offsets.slice(from, from + offsetsPerObject).join('.')}`);
  return keys;
}
