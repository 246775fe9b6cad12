import type { Found } from '../found.ts';
import { csv, tsv } from './delimited.ts';
import { json, ndjson } from './json.ts';
import { markup } from './markup.ts';
import type { Reading, TextSample } from './reading.ts';

/** Texts whose first line names their type. */
const signed: readonly Reading[] = [
  startingWith('text/x-shellscript', /^#!.*[/ ](?:ba|da|z|k|a)?sh\b/),
  startingWith('text/x-python', /^#!.*[/ ]python[\d.]*\b/),
  startingWith('text/javascript', /^#!.*[/ ](?:node|deno|bun)\b/),
  startingWith('text/x-perl', /^#!.*[/ ]perl\b/),
  startingWith('text/x-ruby', /^#!.*[/ ]ruby\b/),
  startingWith('text/x-php', /^(?:#!.*\n)?<\?php\s/),
  startingWith('application/rtf', /^\{\\rtf\d/),
  startingWith('application/postscript', /^%!PS/),
  startingWith('text/vcard', /^BEGIN:VCARD\r?\n/i),
  startingWith('text/calendar', /^BEGIN:VCALENDAR\r?\n/i),
  startingWith('text/vtt', /^WEBVTT(?:[ \t].*)?(?:\r?\n|$)/),
  startingWith('text/x-diff', /^(?:diff --git \S+ \S+\n|--- \S.*\n\+\+\+ \S.*\n@@ )/),
];

function startingWith(mime: string, signature: RegExp): Reading {
  return { mime, extensions: [], judge: ({ text }) => (signature.test(text) ? 'certain' : 'no') };
}

const markdownHeading = /^#{1,6} \S/m;
/** Marks that, together with a heading, tell Markdown from a script with comments. */
const markdownMarks = [/^```/m, /\[[^\]\n]+\]\([^)\s]+\)/, /\*\*[^*\n]+\*\*/];

const markdown: Reading = {
  mime: 'text/markdown',
  extensions: ['md', 'markdown', 'mkd', 'mdown'],
  judge({ text }) {
    // Most texts have no heading, and a search for this part of it is much faster than the expression.
    if (!text.includes('# ')) return 'possible';
    return markdownHeading.test(text) && markdownMarks.some((mark) => mark.test(text)) ? 'likely' : 'possible';
  },
};

const yamlLine = /^(?:\s*#.*|\s*- .*|\s*-\s*|\s*["']?[\w./$-][^:#]*:(?: .*)?\s*|---(?: .*)?|\.\.\.|\s*)$/;

const yaml: Reading = {
  mime: 'application/yaml',
  extensions: ['yaml', 'yml'],
  judge({ text }) {
    if (text.startsWith('%YAML ')) return 'certain';
    if (!/^---\r?\n/.test(text)) return 'possible';
    // Markdown may begin with the same line, so all lines must be YAML.
    const lines = text.split(/\r?\n/, 200);
    return lines.length > 2 && lines.slice(0, -1).every((each) => yamlLine.test(each)) ? 'likely' : 'possible';
  },
};

/** Formats that only the extension identifies. */
const sourceCode: readonly Reading[] = [
  byExtension('text/css', 'css'),
  byExtension('text/javascript', 'js', 'mjs', 'cjs'),
  byExtension('text/x-typescript', 'ts', 'mts', 'cts', 'tsx'),
  byExtension('text/x-shellscript', 'sh', 'bash', 'zsh'),
  byExtension('text/x-python', 'py'),
  byExtension('text/x-c', 'c', 'h'),
  byExtension('text/x-c++', 'cc', 'cpp', 'cxx', 'hh', 'hpp'),
  byExtension('text/x-java', 'java'),
  byExtension('text/x-go', 'go'),
  byExtension('text/x-rust', 'rs'),
  byExtension('text/x-ruby', 'rb'),
  byExtension('text/x-perl', 'pl', 'pm'),
  byExtension('text/x-tex', 'tex'),
  byExtension('application/sql', 'sql'),
  byExtension('application/toml', 'toml'),
  byExtension('application/x-subrip', 'srt'),
];

function byExtension(mime: string, ...extensions: string[]): Reading {
  return { mime, extensions, judge: () => 'possible' };
}

const plain: Reading = { mime: 'text/plain', extensions: ['txt', 'text', 'log'], judge: () => 'possible' };

/** The order decides: the first of two readings with the same verdict wins. */
const readings: readonly Reading[] = [
  ...signed,
  ndjson,
  json,
  ...markup,
  markdown,
  csv,
  tsv,
  yaml,
  ...sourceCode,
  plain,
];

/** The type of a text: a certain reading, else a possible one of its extension, else a likely one. */
export function identifyText(sample: TextSample): Found {
  let named: Reading | undefined;
  let likely: Reading | undefined;
  for (const reading of readings) {
    const verdict = reading.judge(sample);
    if (verdict === 'certain') return { mime: reading.mime, detectedBy: 'text', confidence: 'certain' };
    if (verdict !== 'no' && reading.extensions.includes(sample.extension)) named ??= reading;
    if (verdict === 'likely') likely ??= reading;
  }
  if (named !== undefined) return { mime: named.mime, detectedBy: 'extension', confidence: 'likely' };
  return { mime: (likely ?? plain).mime, detectedBy: 'text', confidence: 'likely' };
}
