const predefined = new Map([
  ['lt', '<'],
  ['gt', '>'],
  ['amp', '&'],
  ['quot', '"'],
  ['apos', "'"],
]);

export const noEntities: ReadonlyMap<string, string> = new Map();

/** Replaces references by what they stand for. Unknown ones stay as they are. */
export function expandReferences(text: string, entities: ReadonlyMap<string, string> = noEntities): string {
  if (!text.includes('&')) return text;
  return text.replace(/&(?:#([0-9]{1,7})|#x([0-9a-fA-F]{1,6})|([^\s&;#]{1,64}));/g, (reference, decimal, hex, name) => {
    if (name !== undefined) return predefined.get(name) ?? entities.get(name) ?? reference;
    const code = decimal === undefined ? Number.parseInt(hex, 16) : Number(decimal);
    return code <= 0x10_ffff ? String.fromCodePoint(code) : reference;
  });
}

/** The most entities that a document may declare for itself. */
const maxEntities = 10_000;

/**
 * The entities that the internal subset of a DOCTYPE declares. Their values are plain text: one entity is not expanded within
 * another, and external ones are not loaded, so that an expansion is never longer than a declared value.
 */
export function declaredEntities(doctype: string): ReadonlyMap<string, string> {
  const declaration = /<!ENTITY\s{1,100}([^\s%"'<>&]{1,64})\s{1,100}(?:"([^"<]{0,4096})"|'([^'<]{0,4096})')/g;
  const entities = new Map<string, string>();
  for (const [, name, quoted, apostrophed] of doctype.matchAll(declaration)) {
    if (entities.size >= maxEntities) break;
    // The first declaration counts (XML 1.0, 4.2).
    if (name !== undefined && !entities.has(name)) entities.set(name, expandReferences(quoted ?? apostrophed ?? ''));
  }
  return entities;
}
