/** How many characters are judged. */
const maxCharacters = 8_192;

/** Punctuation that stands between letters of a word, or close to them. */
const joiners =
  /[\u00a0\u00ad\u00b7\u2010-\u2015\u2018\u2019\u201a-\u201f\u2026\u00ab\u00bb\u00a7\u00b0\u00aa\u00ba\u00b2\u00b3\u00b9\u02bc\u00b4`]/;

interface Kind {
  /** The script that a letter belongs to; '' for other characters. */
  readonly script: string;
  readonly isLower: boolean;
  readonly isUpper: boolean;
  readonly isJoiner: boolean;
  readonly isStrange: boolean;
}

const scripts: readonly (readonly [string, RegExp])[] = [
  ['latin', /\p{Script=Latin}/u],
  ['cyrillic', /\p{Script=Cyrillic}/u],
  ['greek', /\p{Script=Greek}/u],
  ['hebrew', /\p{Script=Hebrew}/u],
  ['arabic', /\p{Script=Arabic}/u],
  ['thai', /\p{Script=Thai}/u],
];

const kinds = new Map<string, Kind>();

function kindOf(character: string): Kind {
  const known = kinds.get(character);
  if (known !== undefined) return known;
  const isLetter = /[\p{L}\p{M}]/u.test(character);
  const kind = {
    script: isLetter ? (scripts.find(([, script]) => script.test(character))?.[0] ?? 'mark') : '',
    isLower: /\p{Ll}/u.test(character),
    isUpper: /\p{Lu}/u.test(character),
    isJoiner: joiners.test(character),
    isStrange: /[\p{Cc}\p{Cn}\p{Co}\ufffd]/u.test(character),
  };
  // A charset of single bytes has few characters; others do not come here.
  if (kinds.size < 4_096) kinds.set(character, kind);
  return kind;
}

/**
 * Whether the characters beyond ASCII are where writing has them. In text that was decoded with the wrong charset, and in bytes
 * that are none, there are capitals behind small letters, letters of two scripts in one word, and symbols within words.
 */
export function isCoherent(decoded: string): boolean {
  const text = decoded.slice(0, maxCharacters);
  let wide = 0;
  let bad = 0;
  for (let at = 0; at < text.length; at++) {
    if (text.charCodeAt(at) < 0x80) continue;
    wide += 1;
    if (isMisplaced(text, at)) bad += 1;
  }
  return bad * 8 <= wide;
}

function isMisplaced(text: string, at: number): boolean {
  const here = kindOf(text[at] as string);
  if (here.isStrange) return true;
  const before = kindOf(text[at - 1] ?? ' ');
  const after = kindOf(text[at + 1] ?? ' ');
  if (here.script === '') return !here.isJoiner && before.script !== '' && after.script !== '';
  if (here.isUpper && before.isLower) return true;
  return isOther(before, here) || isOther(after, here);
}

/** Letters of different scripts side by side. */
function isOther(neighbour: Kind, here: Kind): boolean {
  if (neighbour.script === '' || neighbour.script === 'mark' || here.script === 'mark') return false;
  return neighbour.script !== here.script;
}
