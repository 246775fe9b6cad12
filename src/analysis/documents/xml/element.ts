import { expandReferences } from './references.ts';
import type { Scope } from './scope.ts';

/** A start tag. Valid only while it is handled. */
export class XmlElement {
  /** With the prefix of the vocabulary, if there is one. */
  name = '';
  #tag = '';
  #scope: Scope;
  #attributes: readonly (readonly [name: string, value: string])[] | undefined;

  constructor(scope: Scope) {
    this.#scope = scope;
  }

  /** @param tag the text of the tag behind the name */
  reset(name: string, tag: string, scope: Scope): void {
    this.name = name;
    this.#tag = tag;
    this.#scope = scope;
    this.#attributes = undefined;
  }

  /** The value of an attribute, whose name has the prefix of the vocabulary. */
  get(name: string): string | undefined {
    this.#attributes ??= attributesOf(this.#tag);
    for (const [written, value] of this.#attributes)
      if (
        written === name
          ? !name.includes(':') || this.#scope.attributeName(written) === name
          : this.#isNamed(written, name)
      )
        return expandReferences(value);
    return undefined;
  }

  #isNamed(written: string, name: string): boolean {
    return written.includes(':') && this.#scope.attributeName(written) === name;
  }
}

/** The attributes of a tag, with references as they are. */
export function attributesOf(tag: string): readonly (readonly [name: string, value: string])[] {
  const attributes: [string, string][] = [];
  for (let at = 0; at < tag.length; ) {
    const equals = tag.indexOf('=', at);
    if (equals < 0) break;
    let from = equals + 1;
    while (isSpace(tag.charCodeAt(from))) from++;
    const quote = tag.charAt(from);
    const until = quote === '"' || quote === "'" ? tag.indexOf(quote, from + 1) : -1;
    if (until < 0) break;
    attributes.push([tag.slice(at, equals).trim(), tag.slice(from + 1, until)]);
    at = until + 1;
  }
  return attributes;
}

export function isSpace(code: number): boolean {
  return code === 0x20 || (code >= 0x09 && code <= 0x0d);
}
