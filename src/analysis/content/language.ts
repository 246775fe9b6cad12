import { franc } from 'franc';

/** UTF-16 code units in which to look for words. */
const searched = 10_000;
/** Words are judged by this many; more take longer and tell no more. */
const sampled = 800;
/** Shorter texts may be anything: of languages that share their letters with others, and of those that do not. */
const minLetters = 50;
const minOwnLetters = 8;

/** Languages with letters of their own, by ISO 639-3, and their tags (BCP 47). */
const ownLetters: Readonly<Record<string, string>> = {
  amh: 'am',
  ben: 'bn',
  bod: 'bo',
  cmn: 'zh',
  ell: 'el',
  guj: 'gu',
  heb: 'he',
  hye: 'hy',
  jpn: 'ja',
  kan: 'kn',
  kat: 'ka',
  khm: 'km',
  kor: 'ko',
  lao: 'lo',
  mal: 'ml',
  mya: 'my',
  pan: 'pa',
  sin: 'si',
  tam: 'ta',
  tel: 'te',
  tha: 'th',
};

/** Languages that share their letters. More of them would be more that are taken for each other. */
const sharedLetters: Readonly<Record<string, string>> = {
  afr: 'af',
  als: 'sq',
  arb: 'ar',
  azj: 'az',
  bel: 'be',
  bul: 'bg',
  cat: 'ca',
  ces: 'cs',
  dan: 'da',
  deu: 'de',
  ekk: 'et',
  eng: 'en',
  epo: 'eo',
  fin: 'fi',
  fra: 'fr',
  glg: 'gl',
  hin: 'hi',
  hrv: 'hr',
  hun: 'hu',
  ind: 'id',
  ita: 'it',
  kaz: 'kk',
  khk: 'mn',
  kir: 'ky',
  lit: 'lt',
  lvs: 'lv',
  mar: 'mr',
  mkd: 'mk',
  nld: 'nl',
  nob: 'no',
  npi: 'ne',
  pes: 'fa',
  pol: 'pl',
  por: 'pt',
  ron: 'ro',
  rus: 'ru',
  slk: 'sk',
  slv: 'sl',
  som: 'so',
  spa: 'es',
  srp: 'sr',
  swe: 'sv',
  swh: 'sw',
  tgk: 'tg',
  tgl: 'tl',
  tur: 'tr',
  ukr: 'uk',
  urd: 'ur',
  uzn: 'uz',
  vie: 'vi',
};

const known = [...Object.keys(ownLetters), ...Object.keys(sharedLetters)];

/**
 * The language of a text, as a BCP 47 tag, by the frequency of groups of three letters in its beginning. Undefined when too
 * few of its characters are letters to tell.
 *
 * @param pieces of one text
 */
export function languageOf(pieces: Iterable<string>): string | undefined {
  const sample = sampleOf(pieces);
  const letters = sample.match(/[\p{L}\p{M}]/gu)?.length ?? 0;
  const characters = sample.match(/\S/gu)?.length ?? 0;
  if (letters < minOwnLetters || 2 * letters < characters) return undefined;
  const language = franc(sample, { only: known, minLength: minOwnLetters });
  return ownLetters[language] ?? (letters < minLetters ? undefined : sharedLetters[language]);
}

/** Without addresses, numbers and names of files, which are words of no language. */
function sampleOf(pieces: Iterable<string>): string {
  let text = '';
  for (const piece of pieces) {
    text += piece.slice(0, searched - text.length);
    if (text.length >= searched) break;
  }
  let sample = '';
  for (const word of text.split(/\s+/)) {
    if (!/[\d@/\\_]/.test(word)) sample += `${word} `;
    if (sample.length >= sampled) break;
  }
  return sample.slice(0, sampled);
}
