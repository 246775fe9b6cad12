import { findingErrorsOf } from '../findings.ts';
import type { Json } from '../schemas.ts';
import { inWords } from './in-words.ts';
import { type FactFormat, type FactRule, type Found, factRules } from './rules.ts';

type Output = Json<'Output'>;

/** What was found, in words: one value, unless it is a list. */
export interface Fact {
  readonly name: string;
  readonly values: readonly string[];
  readonly isCode?: boolean;
}

/** What the findings of one kind tell. */
export interface FactGroup {
  readonly title: string;
  readonly facts: readonly Fact[];
}

/** What everybody asks first: what it is, and how many words it has. Facts of the whole file follow. */
export function coreFacts(output: Output): Fact[] {
  const { mime_type: type, description, detected_by: layer, confidence, candidates = [] } = output;
  return [
    fact('type', description === undefined ? type : `${description} (${type})`),
    ...(layer === undefined || layer === 'none' ? [] : [fact('detected by', `${layer}, ${confidence}`)]),
    ...(candidates.length === 0 ? [] : [fact('or perhaps', ...candidates.map(({ mime_type: other }) => other))]),
    fact('words', wordsText(output)),
    ...(output.charset === null ? [] : textFacts(output)),
  ];
}

function textFacts({ line_count: lines, character_count: characters, charset }: Output): Fact[] {
  return [fact('lines', inWords(lines)), fact('characters', inWords(characters)), fact('charset', inWords(charset))];
}

function wordsText({ word_count: words, word_count_of: of }: Output): string {
  if (words === null) return '–';
  return of === 'document' ? `${inWords(words)} in the document` : inWords(words);
}

/** Findings that are not of every file, by kind. */
export function factGroups({ findings = {} }: Output, format: FactFormat): FactGroup[] {
  const kinds = new Set([...Object.keys(factRules), ...Object.keys(findings)]);
  const groups = [...kinds].map((kind) => {
    const { title = capitalized(kind.replaceAll('_', ' ')), rules = [] } = factRules[kind] ?? {};
    return { title, facts: factsOf(readable(kind, findings[kind] ?? {}), rules, format) };
  });
  return groups.filter(({ facts }) => facts.length > 0);
}

/** The counts of a document that could not be opened are zero, and say nothing. */
function readable(kind: string, found: Found): Found {
  if (kind !== 'text' || found.encrypted !== true || found.characters !== 0) return found;
  const { words_unicode, words_by_part, lines, characters, ...known } = found;
  return known;
}

/** These are told by `notes`. */
const noted = ['encrypted', 'error'];

function factsOf(found: Found, rules: readonly FactRule[], format: FactFormat): Fact[] {
  const known = new Set([...noted, ...rules.flatMap(({ fields }) => fields)]);
  const others = Object.keys(found).filter((name) => !known.has(name));
  const all = [...rules, ...others.map((name): FactRule => ({ fields: [name], name: name.replaceAll('_', ' ') }))];
  return all
    .filter(({ fields }) => fields.some((field) => found[field] !== undefined))
    .map(({ fields: [field = ''], name, isCode = false, show }) => ({
      name,
      values: [show?.(found, format) ?? inWords(found[field])].flat(),
      isCode,
    }))
    .filter(({ values }) => values.length > 0);
}

/** What should not be overlooked, each a sentence. */
export function notes(output: Output, filename: string): string[] {
  const { findings = {}, extension_mismatch: isMismatch, description = output.mime_type, word_count: words } = output;
  const locked = Object.entries(findings).flatMap(([kind, { encrypted }]) => (encrypted === true ? [kind] : []));
  return [
    ...(isMismatch
      ? [`${extensionOf(filename)} is the extension of another type; the content is: ${description}.`]
      : []),
    ...locked.map((kind) => encryptionNote(kind, words)),
    ...findingErrorsOf(output).map(([kind, { code, message }]) => `${failures[kind] ?? kind} (${code}): ${message}`),
  ];
}

function encryptionNote(kind: string, words: number | null): string {
  if (kind === 'archive') return 'Entries of the archive are encrypted.';
  return kind === 'text' && words === null ? 'The document needs a password to be read.' : 'The content is encrypted.';
}

const failures: Readonly<Record<string, string>> = {
  text: 'The text was not read',
  archive: 'The archive was not listed',
  image: 'The image was not read',
  media: 'The media was not read',
  hashes: 'The hashes were not computed',
  bytes: 'The bytes were not measured',
};

function extensionOf(filename: string): string {
  return /\.[^.]+$/.exec(filename)?.[0] ?? filename;
}

function capitalized(word: string): string {
  return word.charAt(0).toUpperCase() + word.slice(1);
}

function fact(name: string, ...values: string[]): Fact {
  return { name, values };
}
