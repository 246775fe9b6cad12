import type { Prolog } from './markup.ts';
import { certain, type Guess, likely, type Page, possible } from './reading.ts';

const html = 'text/html';
const opensHtml =
  /^<(?:head|body|title|meta|link|script|style|base|frameset|div|p|h[1-6]|table|ul|ol|dl|span|a|img|br|hr|center|font|b|i|form|iframe|nav|section|article|main|header|footer|center|pre|tt|em|strong|blockquote|button|input|noscript|isindex)(?:[\s>]|\/>)/i;

/** A text that begins with a tag or a comment, but not with an XML declaration. */
export function judgeHtml({ doctype, rest }: Prolog, { excerpt }: Page): Guess | undefined {
  if (/^html\b/i.test(doctype) || /^<html(?:[\s>]|$)/i.test(rest.slice(0, 8))) return certain(html);
  if (opensHtml.test(rest.slice(0, 16))) return likely(html);
  return /<html[\s>]/i.test(excerpt) && /<(?:head|body|title)[\s>]/i.test(excerpt) ? likely(html) : undefined;
}

const anyTag = /<\/?([a-z][a-z\d]{0,10})(?:\s[^<>]{0,400})?\/?>/gi;
const names = new Set(
  (
    'a abbr address b big blockquote body br caption center cite code dd del div dl dt em fieldset font footer form frame ' +
    'frameset h1 h2 h3 h4 h5 h6 head header hr html i iframe img input ins label li link main meta nav noscript ol option p ' +
    'pre q s script section select small span strike strong style sub sup table tbody td textarea tfoot th thead title tr tt ' +
    'u ul var'
  ).split(' '),
);

/** Tags of HTML somewhere in a text that does not begin with one. */
export function fragment({ body, excerpt, extension }: Page): Guess | undefined {
  const isNamed = extension === 'html' || extension === 'htm' || extension === 'shtml';
  if (!excerpt.includes('</') && !(isNamed && excerpt.includes('<'))) return undefined;
  const seen = new Set<string>();
  let tags = 0;
  for (const [, name = ''] of excerpt.matchAll(anyTag)) {
    const tag = name.toLowerCase();
    if (!names.has(tag)) continue;
    tags += 1;
    seen.add(tag);
    if (tags === 40) break;
  }
  if (tags === 0) return undefined;
  const isPage = seen.has('html') && (seen.has('head') || seen.has('body') || seen.has('title'));
  // Source code and Markdown may hold HTML, but do not begin with it.
  if (isPage && body[0] === '<') return likely(html);
  if (isNamed) return possible(html);
  return isPage && !/^(?:```|#|\/[/*]|import |package |using |var |const |let |function )/m.test(excerpt)
    ? likely(html)
    : undefined;
}
