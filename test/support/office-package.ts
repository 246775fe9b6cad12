import { zipOf } from './zip-writer.ts';

const typePrefix = 'http://schemas.openxmlformats.org/officeDocument/2006/relationships';

/** A list of relationships, with the ids r0, r1… */
export function relationships(targets: readonly (readonly [type: string, target: string])[]): string {
  const list = targets.map(
    ([type, target], id) => `<Relationship Id="r${id}" Type="${typePrefix}/${type}" Target="${target}"/>`,
  );
  return `<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">${list.join('')}</Relationships>`;
}

export interface OfficePart {
  readonly content: string | Buffer;
  /** Other parts that this one refers to: their types and their names. */
  readonly refers?: readonly (readonly [type: string, target: string])[];
}

/** A package of Office Open XML with these parts, of which the first is the document; `stored` as they are, or compressed. */
export function officePackage(parts: Readonly<Record<string, OfficePart>>, stored = false): Buffer {
  const root: [string, string][] = [
    ['officeDocument', Object.keys(parts)[0] as string],
    ['metadata/core-properties', 'docProps/core.xml'],
    ['extended-properties', 'docProps/app.xml'],
  ];
  const members = Object.entries(parts).flatMap(([name, { content, refers = [] }]) => {
    const at = name.lastIndexOf('/') + 1;
    const listing = { name: `${name.slice(0, at)}_rels/${name.slice(at)}.rels`, content: relationships(refers) };
    return refers.length === 0 ? [{ name, content }] : [{ name, content }, listing];
  });
  const all = [{ name: '_rels/.rels', content: relationships(root) }, ...members];
  return zipOf(all.map((member) => ({ ...member, stored })));
}
