import type { Random } from '../random.ts';
import { pick } from './mutations.ts';

const namePieces = [
  ...[
    '..',
    '.',
    '/',
    '\\',
    '\0',
    '\n',
    '\r',
    '\x1b[2J',
    '\u202e',
    '\u2066',
    '\u200e',
    '%2e%2e%2f',
    'C:',
    '~',
    '$(id)',
    '`id`',
  ],
  ...[
    'etc',
    'passwd',
    'staging',
    'objects',
    'con',
    "' or 1=1 --",
    '*',
    '?',
    ' ',
    'שלום',
    'e\u0301',
    '😀',
    '../',
    '..\\',
    '//',
    'x',
  ],
].map((piece) => Buffer.from(piece));

/** May be empty, very long, or no UTF-8 at all. */
export function hostileName(random: Random): Buffer {
  const pieces = Array.from({ length: random.between(0, 8) }, () => pick(namePieces, random));
  if (random.next() < 0.1) pieces.push(Buffer.alloc(random.between(200, 10_240), 'x'));
  if (random.next() < 0.1) pieces.push(Buffer.of(0xff, 0xfe, 0xed, 0xa0, 0x80));
  return Buffer.concat(pieces);
}
