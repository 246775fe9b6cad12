import { randomInt } from 'node:crypto';

/**
 * `fm_<id>_<secret>`: the prefix lets scanners find leaked tokens, the id finds the row, and the secret has 256 bits.
 * Neither part holds an underscore.
 */
export interface Token {
  readonly id: string;
  readonly secret: string;
}

const idAlphabet = '0123456789abcdefghjkmnpqrstvwxyz';
const secretAlphabet = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
/** 62^43 > 2^256 */
const secretLength = 43;
const wellFormed = /^fm_([0-9a-hjkmnp-tv-z]{12})_([0-9A-Za-z]{43})$/;

export function mintToken(): Token {
  return { id: randomText(idAlphabet, 12), secret: randomText(secretAlphabet, secretLength) };
}

export function tokenText({ id, secret }: Token): string {
  return `fm_${id}_${secret}`;
}

/** @returns undefined if the text is not a token */
export function parseToken(text: string): Token | undefined {
  const [, id, secret] = wellFormed.exec(text) ?? [];
  return id === undefined || secret === undefined ? undefined : { id, secret };
}

function randomText(alphabet: string, length: number): string {
  return Array.from({ length }, () => alphabet.charAt(randomInt(alphabet.length))).join('');
}
