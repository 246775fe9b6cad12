import type { Candidate } from '#domain/analysis.ts';
import type { Found } from '../found.ts';
import { armour } from './armour.ts';
import { code } from './code.ts';
import { properties, sections, yaml } from './config.ts';
import { delimited } from './delimited.ts';
import { documents } from './documents.ts';
import { fragment } from './html.ts';
import { json } from './json.ts';
import { log } from './log.ts';
import { mail } from './mail.ts';
import { markup } from './markup.ts';
import { named } from './named.ts';
import { patch } from './patch.ts';
import { type Detector, type Guess, Page, type TextSample } from './reading.ts';
import { science } from './science.ts';
import { sheets } from './sheets.ts';
import { shebang, signed } from './signed.ts';
import { subtitles } from './subtitles.ts';
import { template } from './template.ts';
import { textTorrent } from './torrent.ts';

/** Formats with a structure that programs write or read. */
const formats: readonly Detector[] = [
  shebang,
  signed,
  template,
  json,
  subtitles,
  markup,
  mail,
  armour,
  patch,
  textTorrent,
  sheets,
  science,
];

/** What people write by hand, and what other texts may look like by chance: source code is told before. */
const loose: readonly Detector[] = [...documents, properties, sections, delimited, yaml, fragment, log];

/** Types that source code may resemble: these are told after it. */
const likeCode = new Set([
  'text/csv',
  'text/tab-separated-values',
  'text/markdown',
  'text/x-ini',
  'application/toml',
  'application/yaml',
  'text/x-java-properties',
  'text/html',
  'text/x-asciidoc',
]);

const maxCandidates = 5;
const plain = 'text/plain';

/** The type of a text: a certain one, else one of the name that the content allows, else a likely one. */
export function identifyText(sample: TextSample): Found {
  const page = new Page(sample);
  const guesses: Guess[] = [];
  for (const detect of [...formats, ...loose]) {
    const guess = detect(page);
    if (guess === undefined) continue;
    if (guess.verdict === 'certain') return found(guess, 'text', guesses);
    guesses.push(guess);
  }
  const byName = named(page, guesses);
  if (byName !== undefined) return found(byName, guesses.includes(byName) ? 'text' : 'extension', guesses);
  const likely = guesses.filter(({ verdict }) => verdict === 'likely');
  const source = likely.every(({ mime }) => likeCode.has(mime)) ? code(page) : undefined;
  const likeliest = likely.find(({ mime }) => mime === 'text/markdown' && likely[0]?.mime === 'text/html') ?? likely[0];
  const best = source ?? likeliest ?? { mime: plain, verdict: 'possible' };
  return found(best, 'text', guesses);
}

function found(best: Guess, detectedBy: Found['detectedBy'], guesses: readonly Guess[]): Found {
  const candidates: Candidate[] = [];
  for (const { mime, verdict } of guesses) {
    // Almost any text is possibly a table of one column, say.
    if (verdict === 'possible') continue;
    const isNew = mime !== best.mime && !candidates.some((candidate) => candidate.mime_type === mime);
    if (isNew && candidates.length < maxCandidates) candidates.push({ mime_type: mime, confidence: verdict });
  }
  const confidence = best.verdict === 'possible' && best.mime === plain ? 'likely' : best.verdict;
  return { mime: best.mime, detectedBy, confidence, candidates };
}
