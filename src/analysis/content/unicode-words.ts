const segmenter = new Intl.Segmenter('en', { granularity: 'word' });

/** A run without white space is cut here. */
const maxRun = 65_536;
/** What the segmenter is given at least, if there is more: each call has its cost. */
const minSlow = 128;

/** Classes of characters, by their property Word_Break. */
const other = 0;
const letter = 1;
const digit = 2;
/** `_`, which is a word with anything, and none alone. */
const connector = 3;
/** Within a word between letters, between digits, and between both. */
const midLetter = 4;
const midNumber = 5;
const midBoth = 6;
/** Not in the table: left to the segmenter. */
const unknown = 7;

/** A single `_`, which is no word yet. */
const loneConnector = 8;

/**
 * Counts the words of Unicode Standard Annex #29 that have letters, digits or ideographs, with the dictionaries of ICU for
 * languages that are written without spaces. Texts in Latin, Greek and Cyrillic letters are counted without the segmenter,
 * which gives the same and is slow.
 *
 * @param pieces of one text, which may be cut anywhere
 */
export function countUnicodeWords(pieces: Iterable<string>): number {
  let words = 0;
  let rest = '';
  for (const piece of pieces) {
    const cut = lastSpace(piece) + 1;
    if (cut === 0 && rest.length < maxRun) {
      rest += piece;
      continue;
    }
    words += wordsIn(rest + piece.slice(0, cut));
    rest = piece.slice(cut);
  }
  return words + wordsIn(rest);
}

function lastSpace(text: string): number {
  let at = text.length - 1;
  while (at >= 0 && !isSpace(text.charCodeAt(at))) at -= 1;
  return at;
}

function isSpace(unit: number): boolean {
  return unit === 0x20 || (unit >= 0x09 && unit <= 0x0d);
}

function wordsIn(text: string): number {
  let words = 0;
  for (let at = 0; at < text.length; ) {
    const [found, until] = fastWords(text, at);
    words += found;
    if (until === text.length) break;
    at = slowEnd(text, until);
    words += slowWords(text.slice(until, at));
  }
  return words;
}

/** @returns the words before the first run that has an unknown character, and where this begins */
function fastWords(text: string, start: number): [words: number, until: number] {
  let words = 0;
  let last = other;
  let middle = other;
  let run = start;
  let wordsBeforeRun = 0;
  for (let at = start; at < text.length; at++) {
    const unit = text.charCodeAt(at);
    const kind = classOf(unit);
    if (kind === letter || kind === digit) {
      const continues = middle === other ? isJoined(last) : last === kind && isBetween(middle, kind);
      if (!continues) words += 1;
      last = kind;
      middle = other;
    } else if (kind === other) {
      last = other;
      middle = other;
      if (!isSpace(unit)) continue;
      run = at + 1;
      wordsBeforeRun = words;
    } else if (kind === unknown) return [wordsBeforeRun, run];
    else if (kind === connector) {
      if (last === loneConnector) words += 1;
      last = middle === other && last !== other ? connector : loneConnector;
      middle = other;
    } else {
      const isWithin = middle === other && (last === letter || last === digit);
      middle = isWithin ? kind : other;
      last = isWithin ? last : other;
    }
  }
  return [words, text.length];
}

/** Whether a letter or a digit belongs to the word before it. A lone `_` becomes one by it. */
function isJoined(last: number): boolean {
  return last === letter || last === digit || last === connector;
}

function isBetween(middle: number, kind: number): boolean {
  return middle === midBoth || middle === (kind === letter ? midLetter : midNumber);
}

/** Where the part for the segmenter ends: at white space if there is any. */
function slowEnd(text: string, start: number): number {
  const last = Math.min(text.length, start + maxRun);
  let at = Math.min(start + minSlow, last);
  while (at < last && !isSpace(text.charCodeAt(at))) at += 1;
  // The halves of a character stay together.
  const isCut = at < text.length && text.charCodeAt(at) >= 0xdc00 && text.charCodeAt(at) <= 0xdfff;
  return isCut ? at + 1 : at;
}

function slowWords(text: string): number {
  let words = 0;
  for (const { isWordLike } of segmenter.segment(text)) if (isWordLike === true) words += 1;
  return words;
}

const table = tableOf(0x530);

function classOf(unit: number): number {
  if (unit < table.length) return table[unit] as number;
  if (unit === 0x2018 || unit === 0x2019) return midBoth;
  // Dashes, quotes, the ellipsis and the euro.
  const isOther = unit === 0x2013 || unit === 0x2014 || unit === 0x201c || unit === 0x201d || unit === 0x2026;
  return isOther || unit === 0x20ac ? other : unknown;
}

/** Source: WordBreakProperty.txt of the Unicode Character Database. */
function tableOf(length: number): Uint8Array {
  const classes = new Uint8Array(length).fill(unknown);
  const set = (kind: number, ...ranges: readonly (readonly [first: number, last: number])[]) => {
    for (const [first, last] of ranges) classes.fill(kind, first, last + 1);
  };
  set(other, [0x00, 0x7f], [0xa0, 0xac], [0xae, 0xbf], [0xd7, 0xd7], [0xf7, 0xf7]);
  set(
    letter,
    [0x41, 0x5a],
    [0x61, 0x7a],
    [0xaa, 0xaa],
    [0xb5, 0xb5],
    [0xb8, 0xb8],
    [0xba, 0xba],
    [0xc0, 0xd6],
    [0xd8, 0xf6],
  );
  set(letter, [0xf8, 0x2af], [0x388, 0x38a], [0x391, 0x3a1], [0x3a3, 0x3ce], [0x400, 0x481], [0x48a, 0x52f]);
  set(digit, [0x30, 0x39]);
  set(connector, [0x5f, 0x5f]);
  set(midBoth, [0x27, 0x27], [0x2e, 0x2e]);
  set(midNumber, [0x2c, 0x2c], [0x3b, 0x3b]);
  set(midLetter, [0x3a, 0x3a], [0xb7, 0xb7]);
  return classes;
}
