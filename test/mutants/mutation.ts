/** One change that breaks one promise, and the test that must notice. */
export interface Mutation {
  readonly name: string;
  /** What the code no longer does. */
  readonly breaks: string;
  readonly file: string;
  /** Each `search` must be found exactly once in `file`. */
  readonly edits: readonly { readonly search: string; readonly replace: string }[];
  readonly test: { readonly file: string; readonly name: string };
}

/** The source with the mutation in it. @throws when an edit does not apply exactly once */
export function mutate(source: string, { name, file, edits }: Mutation): string {
  return edits.reduce((text, { search, replace }) => {
    const found = text.split(search).length - 1;
    if (found !== 1) throw new Error(`Mutation ${name}: found ${found} times in ${file}, not once: ${search}`);
    return text.replace(search, () => replace);
  }, source);
}
