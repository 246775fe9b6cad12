/** One way to read what was typed into a search box. All texts are in lower case. */
export type Reading =
  | { readonly by: 'name'; readonly part: string }
  | { readonly by: 'sha256'; readonly prefix: string }
  /** The least and the greatest id that begin with these digits. */
  | { readonly by: 'id'; readonly from: string; readonly to: string }
  | { readonly by: 'type'; readonly prefix: string };

/** The longest text that is searched for, in characters. */
export const mostTypedCharacters = 200;

/** The fewest digits that are looked for at the beginning of a hash. */
const leastHashDigits = 4;
/** The fewest digits that are looked for at the beginning of an id: eight are about a minute of uploads. */
const leastIdDigits = 8;

const hexDigits = /^[0-9a-f]+$/;
const hash = new RegExp(`^[0-9a-f]{${leastHashDigits},64}$`);
const type = /^[a-z]+\/[a-z0-9.+_-]*\*?$/;
const dashesAt = [8, 13, 18, 23];

/** All ways to read the text: a file matches if it does in any of them. */
export function readingsOf(text: string): readonly Reading[] {
  const typed = text.normalize('NFC').trim().toLowerCase();
  const range = idRange(typed);
  return [
    { by: 'name', part: typed },
    ...(hash.test(typed) ? [{ by: 'sha256', prefix: typed } as const] : []),
    ...(range === undefined ? [] : [{ by: 'id', ...range } as const]),
    ...(type.test(typed) ? [{ by: 'type', prefix: typed.replace('*', '') } as const] : []),
  ];
}

/** With the dashes of a UUID, or without any. */
function idRange(typed: string): { readonly from: string; readonly to: string } | undefined {
  const digits = typed.replaceAll('-', '');
  const isWritten = typed === digits || typed === dashed(digits).slice(0, typed.length);
  if (!hexDigits.test(digits) || digits.length < leastIdDigits || digits.length > 32 || !isWritten) return undefined;
  return { from: dashed(digits.padEnd(32, '0')), to: dashed(digits.padEnd(32, 'f')) };
}

function dashed(digits: string): string {
  return dashesAt.reduce((text, at) => (text.length >= at ? `${text.slice(0, at)}-${text.slice(at)}` : text), digits);
}
