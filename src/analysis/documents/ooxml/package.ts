import { UnreadableFile } from '#domain/analysis.ts';
import type { BlobHandle } from '#domain/blob-store.ts';
import type { DocumentSink } from '../reader.ts';
import type { XmlHandler } from '../xml/scanner.ts';
import { resolveName, ZippedParts } from '../zipped-parts.ts';
import { PropertiesHandler } from './properties.ts';
import { ooxml } from './vocabulary.ts';

export interface Relationship {
  readonly id: string;
  /** The last segment of the type: "worksheet". */
  readonly type: string;
  /** The name of the part. */
  readonly target: string;
}

/** A package of parts that refer to each other (Open Packaging Conventions, ISO/IEC 29500-2). */
export class OfficePackage {
  readonly parts: ZippedParts;
  readonly #relationships: Map<string, Promise<readonly Relationship[]>> = new Map();

  private constructor(parts: ZippedParts) {
    this.parts = parts;
  }

  static async open(blob: BlobHandle): Promise<OfficePackage> {
    return new OfficePackage(await ZippedParts.open(blob));
  }

  /** The part with the document itself, which the package names; or the first with a usual name. */
  async mainPart(usual: RegExp): Promise<string> {
    const [named] = await this.related('', 'officeDocument');
    if (named !== undefined) return named;
    for (const name of this.parts.names) if (usual.test(name)) return name;
    throw new UnreadableFile('damaged', 'The package does not say where its document is.');
  }

  /** The parts that a part refers to in a certain way, in order, those that exist alone. */
  async related(part: string, ...types: readonly string[]): Promise<readonly string[]> {
    const targets = (await this.relationships(part))
      .filter(({ type }) => types.includes(type))
      .map(({ target }) => target);
    return [...new Set(targets)].filter((target) => this.parts.has(target));
  }

  /** The same; or the part with the usual name, where the list of relationships lacks it. */
  async relatedOr(usual: string, part: string, type: string): Promise<readonly string[]> {
    const found = await this.related(part, type);
    return found.length === 0 && this.parts.has(usual) ? [usual] : found;
  }

  /** The parts that a part refers to by these ids, those that exist alone. */
  async targetsOf(part: string, ids: readonly string[]): Promise<readonly string[]> {
    const targets = new Map((await this.relationships(part)).map(({ id, target }) => [id, target]));
    return ids.map((id) => targets.get(id) ?? '').filter((target) => this.parts.has(target));
  }

  /** What a part refers to inside the package; the package itself has the name ''. */
  async relationships(part: string): Promise<readonly Relationship[]> {
    let found = this.#relationships.get(part);
    if (found === undefined) {
      found = this.#readRelationships(part);
      this.#relationships.set(part, found);
    }
    return await found;
  }

  async scan(part: string, handler: XmlHandler): Promise<void> {
    await this.parts.scan(part, handler, { vocabulary: ooxml });
  }

  /** Scans a part that the text can do without: what is damaged in it is lost. */
  async scanAside(part: string, handler: XmlHandler): Promise<void> {
    await this.scan(part, handler).catch(ignoreDamage);
  }

  /** Title, author and dates; and the pages that the writer counted. */
  async readProperties(document: DocumentSink): Promise<void> {
    for (const part of await this.related('', 'core-properties', 'extended-properties'))
      await this.scanAside(part, new PropertiesHandler(document));
  }

  async #readRelationships(part: string): Promise<readonly Relationship[]> {
    const at = part.lastIndexOf('/') + 1;
    const listing = `${part.slice(0, at)}_rels/${part.slice(at)}.rels`;
    const found: Relationship[] = [];
    if (!this.parts.has(listing)) return found;
    await this.scan(listing, {
      open(element) {
        if (element.name !== 'rel:Relationship' || element.get('TargetMode') === 'External') return;
        const type = element.get('Type') ?? '';
        const target = resolveName(part, element.get('Target') ?? '');
        found.push({ id: element.get('Id') ?? '', type: lastSegment(type), target });
      },
      close() {},
      text() {},
    });
    return found;
  }
}

/** Strict documents write some types in another way. */
function lastSegment(type: string): string {
  const segment = type.slice(type.lastIndexOf('/') + 1);
  return segment === 'extendedProperties' ? 'extended-properties' : segment;
}

function ignoreDamage(error: unknown): void {
  if (!(error instanceof UnreadableFile) || error.code === 'too_large') throw error;
}
