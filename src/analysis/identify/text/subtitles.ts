import { certain, type Guess, type Page } from './reading.ts';

/** Subtitles and lyrics by their first cues, the index being that of the first character. */
const forms: readonly (readonly [firsts: string, form: RegExp, mime: string])[] = [
  ['0123456789', /^\d{1,6}\s*[\r\n]+\s*\d{1,2}:\d\d:\d\d[,.]\d{1,3}\s*-->\s*\d{1,2}:\d\d:\d\d/, 'application/x-subrip'],
  ['0123456789', /^\d\d:\d\d:\d\d\.\d\d,\d\d:\d\d:\d\d\.\d\d[\r\n]/, 'text/x-subviewer'],
  ['{', /^\{\d{1,8}\}\{\d{0,8}\}.*[\r\n]+\{\d{1,8}\}\{\d{0,8}\}/, 'text/x-microdvd'],
  ['[', /^\[INFORMATION\][\s\S]{0,2000}\[SUBTITLE\]/i, 'text/x-subviewer'],
  ['[', /^\[\d{1,8}\]\[\d{0,8}\].*[\r\n]+\[\d{1,8}\]\[\d{0,8}\]/, 'text/x-mpl2'],
  [
    '[',
    /^(?:\[(?:ti|ar|al|au|by|re|ve|la|id|length|offset):[^\]\r\n]{0,200}\]\s{0,20}){1,20}\[\d{1,3}:\d\d[.:\]]/i,
    'text/x-lrc',
  ],
  ['[', /^\[\d{1,3}:\d\d[.:]\d{2,3}\].*[\r\n]+\[\d{1,3}:\d\d[.:]\d{2,3}\]/, 'text/x-lrc'],
  ['<', /^<SAMI[\s>]/i, 'application/x-sami'],
];

export function subtitles({ body }: Page): Guess | undefined {
  const first = body[0] ?? '';
  if (!'0123456789{[<'.includes(first)) return undefined;
  const start = body.slice(0, 4_096);
  const found = forms.find(([firsts, form]) => firsts.includes(first) && form.test(start));
  return found && certain(found[2]);
}
