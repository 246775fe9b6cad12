import type { Gap } from '../flow-text.ts';
import type { Part } from '../reader.ts';

/** What an element means for the text around and in it. Elements that are not listed are inline and mean nothing. */
export interface ElementRule {
  /** What separates words at its beginning and its end. */
  readonly gap?: Gap;
  /** The part that its text belongs to; null leaves it out. Without one, the text belongs to that of the parent. */
  readonly part?: Part | null;
  /** Its white space is kept. */
  readonly asIs?: true;
  /** It has no content. */
  readonly isVoid?: true;
}

/** The rules of HTML's rendering (html.spec.whatwg.org, 15.3), as far as they separate or hide text. */
export const elements: ReadonlyMap<string, ElementRule> = new Map([
  ...rules(
    `address article aside blockquote body caption center dd details dir div dl dt fieldset figcaption figure footer form
     frameset h1 h2 h3 h4 h5 h6 header hgroup html legend li main menu nav ol optgroup option p search section summary table
     tbody text tfoot thead tr ul`,
    { gap: '\n' },
  ),
  ...rules('br hr', { gap: '\n', isVoid: true }),
  ...rules('listing plaintext pre xmp', { gap: '\n', asIs: true }),
  ...rules('td th', { gap: '\t' }),
  ...rules('embed frame img input keygen', { gap: ' ', isVoid: true }),
  ...rules('applet meter object progress svg', { gap: ' ' }),
  ...rules('area base basefont bgsound col link meta param source track wbr', { isVoid: true }),
  ...rules('button select', { gap: ' ', part: 'form_fields' }),
  ...rules('textarea', { gap: ' ', part: 'form_fields', asIs: true }),
  ...rules('audio canvas datalist video', { gap: ' ', part: 'hidden' }),
  ...rules('dialog', { gap: '\n', part: 'hidden' }),
  ...rules('iframe noembed', { gap: ' ', part: null }),
  ...rules('script style template title', { part: null }),
  // Readings above the base text, and what has no place on the page in SVG and MathML.
  ...rules('rp rt rtc annotation annotation-xml defs desc metadata', { part: null }),
]);

function rules(names: string, rule: ElementRule): readonly (readonly [string, ElementRule])[] {
  return names.split(/\s+/).map((name) => [name, rule] as const);
}

interface ImpliedEnd {
  readonly ends: ReadonlySet<string>;
  /** Elements whose content cannot end what is around them. */
  readonly within: ReadonlySet<string>;
}

const table = new Set(['table', 'template']);
const list = new Set(['ul', 'ol', 'menu', 'dir', 'table', 'td', 'th', 'template']);
const control = new Set(['select', 'datalist', 'template']);
const paragraph = {
  ends: new Set(['p']),
  within: new Set(['table', 'td', 'th', 'caption', 'button', 'object', 'template']),
};

/** Which elements end where another begins, as their end tags may be left out (html.spec.whatwg.org, 13.1.2.4). */
export const impliedEnds: ReadonlyMap<string, ImpliedEnd> = new Map<string, ImpliedEnd>([
  ...`address article aside blockquote center details dialog dir div dl fieldset figcaption figure footer form h1 h2 h3 h4
      h5 h6 header hgroup hr listing main menu nav ol p pre search section summary table ul xmp`
    .split(/\s+/)
    .map((name) => [name, paragraph] as const),
  ['li', { ends: new Set(['li']), within: list }],
  ['dd', { ends: new Set(['dd', 'dt']), within: new Set([...list, 'dl']) }],
  ['dt', { ends: new Set(['dd', 'dt']), within: new Set([...list, 'dl']) }],
  ['option', { ends: new Set(['option']), within: control }],
  ['optgroup', { ends: new Set(['option', 'optgroup']), within: control }],
  ['td', { ends: new Set(['td', 'th']), within: table }],
  ['th', { ends: new Set(['td', 'th']), within: table }],
  ['tr', { ends: new Set(['tr']), within: table }],
  ['thead', { ends: new Set(['thead', 'tbody', 'tfoot']), within: table }],
  ['tbody', { ends: new Set(['thead', 'tbody', 'tfoot']), within: table }],
  ['tfoot', { ends: new Set(['thead', 'tbody', 'tfoot']), within: table }],
  ['rt', { ends: new Set(['rt', 'rp']), within: new Set(['ruby']) }],
  ['rp', { ends: new Set(['rt', 'rp']), within: new Set(['ruby']) }],
  ['a', { ends: new Set(['a']), within: new Set(['table', 'td', 'th', 'template']) }],
]);

/** The elements that tables are made of, and those around all others. */
export const tableParts: ReadonlySet<string> = new Set('table caption tbody thead tfoot tr td th body html'.split(' '));
