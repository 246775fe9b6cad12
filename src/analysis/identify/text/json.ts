import { certain, type Guess, type Page, possible } from './reading.ts';

/**
 * JSON, and what is written in it: one object or array that parses (a truncated sample must be the beginning of one), or one
 * on each line. What has comments or other liberties of JSON5 must have the right extension.
 */
export function json(page: Page): Guess | undefined {
  const { body, text, truncated, extension } = page;
  if (body[0] === '/' && looseExtensions.has(extension))
    return looksLikeJson(body.replace(leadingComments, '')) ? possible(looseType(extension)) : undefined;
  if (body[0] !== '{' && body[0] !== '[') return undefined;
  if (isLines(page)) return certain('application/x-ndjson');
  const value = truncated ? undefined : documentOf(text);
  if (truncated ? scanJson(text) === 'broken' : value === undefined)
    return looseExtensions.has(extension) && looksLikeJson(body) ? possible(looseType(extension)) : undefined;
  const members = value === undefined ? membersOf(page.excerpt) : valuesOf(value);
  return certain(dialects.find(({ is }) => is(members, body))?.mime ?? 'application/json');
}

/** An object or array on each line: at least two, or one with the right extension. */
function isLines({ text, truncated, extension }: Page): boolean {
  if (!/^\s*[{[].*[}\]]\s*$/m.test(text.slice(0, Math.max(0, text.indexOf('\n', text.search(/\S/)))))) return false;
  const lines = text.split('\n');
  const cut = truncated ? lines.pop() : undefined;
  const documents = lines.filter((line) => line.trim() !== '');
  const wanted = extension === 'ndjson' || extension === 'jsonl' ? 1 : 2;
  if (documents.length < wanted || !documents.every((line) => documentOf(line) !== undefined)) return false;
  return cut === undefined || cut === '' || scanJson(cut) !== 'broken';
}

/** The object or array that is the whole text. */
function documentOf(text: string): object | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? value : undefined;
  } catch {
    return undefined;
  }
}

const looseExtensions = new Set(['json', 'json5', 'jsonc', 'hjson', 'geojson', 'ipynb', 'webmanifest', 'har', 'gltf']);

const leadingComments = /^(?:\/\/[^\r\n]*[\r\n]\s*|\/\*[^*]{0,4000}\*\/\s*){1,50}/;

function looseType(extension: string): string {
  return ['json5', 'jsonc', 'hjson'].includes(extension) ? 'application/json5' : 'application/json';
}

/** Comments, single quotes, keys without quotes and commas before a bracket are what JSON5 adds; damage looks the same. */
function looksLikeJson(body: string): boolean {
  return /^[{[]\s*(?:\/\/[^\r\n]*[\r\n]\s*|\/\*[^*]{0,2000}\*\/\s*){0,20}(?:["'{[}\]]|[\w$]+\s*:|-?\d|true|false|null)/.test(
    body.slice(0, 4_096),
  );
}

/** The members of an object: its strings as they are, and '' for other values. */
type Members = ReadonlyMap<string, string>;

function valuesOf(value: object): Members {
  if (Array.isArray(value)) return new Map();
  return new Map(Object.entries(value).map(([key, each]) => [key, typeof each === 'string' ? each : '']));
}

/** The members of an object whose end may be missing. */
function membersOf(text: string): Members {
  const members = new Map<string, string>();
  const token = new RegExp(anyToken);
  let depth = 0;
  let key: string | undefined;
  let last = '';
  for (let found = token.exec(text)?.[1]; found !== undefined; found = token.exec(text)?.[1]) {
    if (found === '{' || found === '[') depth += 1;
    if (found === '}' || found === ']') depth -= 1;
    if (depth === 1 && found === ':') key = last.slice(1, -1);
    else if (key !== undefined) {
      members.set(key, found.startsWith('"') ? found.slice(1, -1) : '');
      key = undefined;
    }
    last = found;
  }
  return members;
}

const geometries =
  /^(?:Feature|FeatureCollection|(?:Multi)?Point|(?:Multi)?LineString|(?:Multi)?Polygon|GeometryCollection)$/;
const geometry = ['features', 'geometry', 'coordinates', 'geometries'];

/** What is written in JSON, by the members of the outermost object. */
const dialects: readonly { readonly mime: string; is(members: Members, body: string): boolean }[] = [
  { mime: 'application/x-ipynb+json', is: (all) => all.has('nbformat') && (all.has('cells') || all.has('worksheets')) },
  {
    mime: 'application/geo+json',
    is: (all) => geometries.test(all.get('type') ?? '') && geometry.some((key) => all.has(key)),
  },
  { mime: 'application/x-topojson', is: (all) => all.get('type') === 'Topology' && all.has('arcs') },
  { mime: 'application/ld+json', is: (all) => all.has('@context') && all.size > 1 },
  { mime: 'application/har+json', is: (all, body) => all.has('log') && /^\{\s*"log"\s*:\s*\{\s*"version"/.test(body) },
  { mime: 'application/source-map+json', is: (all) => all.has('mappings') && all.has('sources') && all.has('version') },
  {
    mime: 'model/gltf+json',
    is: (all) => all.has('asset') && ['scenes', 'meshes', 'nodes'].some((key) => all.has(key)),
  },
  {
    mime: 'application/manifest+json',
    is: (all) => all.has('start_url') && (all.has('icons') || all.has('display')),
  },
];

/**
 * Scans a JSON text (RFC 8259) whose end may be missing. `whole`: one complete value and nothing after it; `open`: the
 * beginning of a value; `broken`: neither.
 */
export function scanJson(text: string): 'whole' | 'open' | 'broken' {
  const token = new RegExp(anyToken);
  const closers: string[] = [];
  let expected: Expected = 'value';
  for (;;) {
    const at = token.lastIndex;
    const found = token.exec(text)?.[1];
    if (found === undefined) {
      const rest = text.slice(at).trimStart();
      if (rest === '') return expected === 'nothing' ? 'whole' : 'open';
      return openToken.test(rest) && expected !== 'nothing' ? 'open' : 'broken';
    }
    const next = step(found, expected, closers);
    if (next === undefined) return 'broken';
    expected = next;
  }
}

// Regular expressions for the tokens of RFC 8259.
const plainCharacters = String.raw`[^"\\\u0000-\u001f]*`;
const escaped = String.raw`\\(?:["\\/bfnrt]|u[\da-fA-F]{4})`;
const string = `"${plainCharacters}(?:${escaped}${plainCharacters})*"`;
const number = String.raw`-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?(?![\d.eE+-])`;
const anyToken = new RegExp(String.raw`\s*([{}[\],:]|${string}|${number}|(?:true|false|null)\b)`, 'y');

/** A token that was cut off: a string without its end, part of a number or of a word. */
const openString = String.raw`"${plainCharacters}(?:\\[^\u0000-\u001f]${plainCharacters})*\\?`;
const openNumber = String.raw`-|-?(?:0|[1-9]\d*)(?:\.|(?:\.\d+)?[eE][+-]?)`;
const openToken = new RegExp(`^(?:${openString}|${openNumber}|t(?:ru?)?|f(?:a(?:ls?)?)?|n(?:ul?)?)$`);

type Expected = 'value' | 'valueOrEnd' | 'key' | 'keyOrEnd' | 'colon' | 'commaOrEnd' | 'nothing';

/** What may follow `token`; undefined if it is not allowed here. `closers` are the closing brackets that are due. */
function step(token: string, expected: Expected, closers: string[]): Expected | undefined {
  switch (token) {
    case '}':
    case ']':
      if (closers.pop() !== token || expected === 'value' || expected === 'key' || expected === 'colon')
        return undefined;
      return afterValue(closers);
    case ',':
      if (expected !== 'commaOrEnd') return undefined;
      return closers.at(-1) === '}' ? 'key' : 'value';
    case ':':
      return expected === 'colon' ? 'value' : undefined;
  }
  if (expected === 'key' || expected === 'keyOrEnd') return token.startsWith('"') ? 'colon' : undefined;
  if (expected !== 'value' && expected !== 'valueOrEnd') return undefined;
  if (token !== '{' && token !== '[') return afterValue(closers);
  closers.push(token === '{' ? '}' : ']');
  return token === '{' ? 'keyOrEnd' : 'valueOrEnd';
}

function afterValue(closers: readonly string[]): Expected {
  return closers.length === 0 ? 'nothing' : 'commaOrEnd';
}
