/** The prefixes by which handlers know namespaces. Documents choose their own prefixes. */
export type Vocabulary = ReadonlyMap<string, string>;

/** The namespace declarations in force at an element (Namespaces in XML 1.0). */
export class Scope {
  readonly #vocabulary: Vocabulary;
  readonly #namespaces: ReadonlyMap<string, string>;
  readonly #names = new Map<string, string>();
  readonly #inner = new Map<string, Scope>();

  constructor(vocabulary: Vocabulary, namespaces: ReadonlyMap<string, string> = new Map()) {
    this.#vocabulary = vocabulary;
    this.#namespaces = namespaces;
  }

  /** The scope of an element with these attributes. Elements that declare the same share one. */
  within(attributes: readonly (readonly [name: string, value: string])[]): Scope {
    const declared = attributes.filter(([name]) => name === 'xmlns' || name.startsWith('xmlns:'));
    const isNew = declared.some(([name, value]) => this.#namespaces.get(name.slice(6)) !== value);
    if (!isNew) return this;
    const key = declared.join();
    let inner = this.#inner.get(key);
    if (inner === undefined) {
      const own = declared.map(([name, value]) => [name.slice(6), value] as const);
      inner = new Scope(this.#vocabulary, new Map([...this.#namespaces, ...own]));
      this.#inner.set(key, inner);
    }
    return inner;
  }

  /** The name with the prefix of the vocabulary; as written, if the namespace is not in it: drafts of formats had others. */
  elementName(written: string): string {
    let name = this.#names.get(written);
    if (name === undefined) {
      name = this.#resolve(written);
      this.#names.set(written, name);
    }
    return name;
  }

  /** Attributes without a prefix have no namespace. */
  attributeName(written: string): string {
    return written.includes(':') ? this.elementName(written) : written;
  }

  #resolve(written: string): string {
    const colon = written.indexOf(':');
    const namespace = this.#namespaces.get(colon < 0 ? '' : written.slice(0, colon));
    const prefix = this.#vocabulary.get(namespace ?? '');
    if (prefix === undefined) return written;
    const local = written.slice(colon + 1);
    return prefix === '' ? local : `${prefix}:${local}`;
  }
}
