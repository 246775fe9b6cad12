import { expandReferences } from './references.ts';
import type { Scope } from './scope.ts';

/** A start tag. Valid only while it is handled. */
export class XmlElement {
  /** With the prefix of the vocabulary, if there is one. */
  name = '';
  #tag = '';
  #scope: Scope;

  constructor(scope: Scope) {
    this.#scope = scope;
  }

  /** @param tag the text of the tag behind the name */
  reset(name: string, tag: string, scope: Scope): void {
    this.name = name;
    this.#tag = tag;
    this.#scope = scope;
  }

  /** The value of an attribute, whose name has the prefix of the vocabulary. */
  get(name: string): string | undefined {
    const hasPrefix = name.includes(':');
    const tag = this.#tag;
    for (let at = 0; nextAttribute(tag, at); at = found.end) {
      const { from, until } = found;
      const isNamed = hasPrefix
        ? this.#scope.attributeName(tag.slice(from, until)) === name
        : until - from === name.length && tag.startsWith(name, from);
      if (isNamed) return expandReferences(tag.slice(found.value, found.end - 1));
    }
    return undefined;
  }
}

/** Where the attribute is that was found last: its name, its value, and its end behind the closing quote. */
const found = { from: 0, until: 0, value: 0, end: 0 };

/** Finds the first attribute behind `at`. It allocates nothing, as it runs for most tags of a document. */
function nextAttribute(tag: string, at: number): boolean {
  const equals = tag.indexOf('=', at);
  if (equals < 0) return false;
  let from = at;
  let until = equals;
  let value = equals + 1;
  while (from < until && isSpace(tag.charCodeAt(from))) from++;
  while (until > from && isSpace(tag.charCodeAt(until - 1))) until--;
  while (isSpace(tag.charCodeAt(value))) value++;
  const quote = tag.charCodeAt(value);
  const closing = quote === 0x22 || quote === 0x27 ? tag.indexOf(quote === 0x22 ? '"' : "'", value + 1) : -1;
  if (closing < 0) return false;
  found.from = from;
  found.until = until;
  found.value = value + 1;
  found.end = closing + 1;
  return true;
}

/** The attributes of a tag, with references as they are. */
export function attributesOf(tag: string): readonly (readonly [name: string, value: string])[] {
  const attributes: [string, string][] = [];
  for (let at = 0; nextAttribute(tag, at); at = found.end)
    attributes.push([tag.slice(found.from, found.until), tag.slice(found.value, found.end - 1)]);
  return attributes;
}

export function isSpace(code: number): boolean {
  return code === 0x20 || (code >= 0x09 && code <= 0x0d);
}
