import { UnreadableFile } from '#domain/analysis.ts';
import type { BlobHandle } from '#domain/blob-store.ts';
import { ZipArchive, type ZipEntry } from '../containers/zip.ts';
import { scanXml, type XmlHandler, type XmlOptions } from './xml/scanner.ts';

/** The most bytes that all parts read of a document may have together. */
const maxBytes = 256 * 2 ** 20;

/** The files in a document that is a ZIP archive. Writers differ in case and slashes, so names are compared without them. */
export class ZippedParts {
  readonly #zip: ZipArchive;
  /** The entries of each file: several where it is written in pieces. */
  readonly #entries = new Map<string, ZipEntry[]>();
  #left = maxBytes;

  private constructor(zip: ZipArchive) {
    this.#zip = zip;
    for (const entry of zip.entries) {
      const key = keyOf(entry.name);
      const whole = key.replace(pieceName, '');
      // Of two files with one name, the last counts, which an update in place appends.
      if (whole === key) this.#entries.set(key, [entry]);
      else this.#entries.set(whole, [...(this.#entries.get(whole) ?? []), entry]);
    }
  }

  static async open(blob: BlobHandle): Promise<ZippedParts> {
    return new ZippedParts(await ZipArchive.open(blob));
  }

  get names(): Iterable<string> {
    return this.#entries.keys();
  }

  has(name: string): boolean {
    return this.#entries.has(keyOf(name));
  }

  /** @throws UnreadableFile when there is no such file, or it cannot be read */
  async *chunks(name: string): AsyncGenerator<Buffer> {
    const entries = this.#entries.get(keyOf(name));
    if (entries === undefined) throw new UnreadableFile('damaged', `${JSON.stringify(name.slice(0, 200))} is missing.`);
    for (const entry of entries)
      for await (const chunk of this.#zip.chunks(entry, this.#left)) {
        this.#left -= chunk.length;
        yield chunk;
      }
  }

  async bytes(name: string): Promise<Buffer> {
    const chunks: Buffer[] = [];
    for await (const chunk of this.chunks(name)) chunks.push(chunk);
    return Buffer.concat(chunks);
  }

  /** @throws UnreadableFile when there is no such file, or it is no well-formed XML */
  async scan(name: string, handler: XmlHandler, options?: XmlOptions): Promise<void> {
    await scanXml(this.chunks(name), handler, options);
  }
}

/** Pieces of a part stand in their order (ISO/IEC 29500-2, 9.3). */
const pieceName = /\/\[\d{1,9}\](?:\.last)?\.piece$/;

/** What a name in one file means when it is relative to the place of that file. */
export function resolveName(base: string, target: string): string {
  const path = target.split(/[?#]/, 1)[0] ?? '';
  const segments = path.startsWith('/') ? [] : base.split('/').slice(0, -1);
  for (const segment of decoded(path).split(/[\\/]/)) {
    if (segment === '..') segments.pop();
    else if (segment !== '' && segment !== '.') segments.push(segment);
  }
  return segments.join('/');
}

function decoded(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    return path;
  }
}

function keyOf(name: string): string {
  return name.replaceAll('\\', '/').replace(/^\/+/, '').toLowerCase();
}
