import type { FileJson, Json } from '#contract/schemas.ts';
import { bytes, count } from './format.ts';

const languages = new Intl.DisplayNames('en', { type: 'language' });

/** Says what a file is: "PDF document of 12 pages with 3,450 English words, 1.2 MiB." */
export function fileSentence(file: FileJson, output: Json<'Output'> | undefined): string {
  const size = bytes(file.size);
  if (output === undefined) return `A file of ${size}${states[file.status] ?? ''}.`;
  const { description = output.mime_type, word_count: words, findings = {} } = output;
  const pages = countOf(findings.text?.pages);
  const language = findings.text?.language;
  const [width, height] = [countOf(findings.image?.width), countOf(findings.image?.height)];
  const parts = [
    description,
    ...(pages === undefined ? [] : [`of ${many(pages, 'page')}`]),
    ...(width === undefined || height === undefined ? [] : [`of ${count(width)} × ${count(height)} pixels`]),
    ...(words === null ? [] : [`with ${many(words, 'word', languageName(language))}`]),
  ];
  return `${parts.join(' ')}, ${size}.`;
}

const states: Partial<Readonly<Record<FileJson['status'], string>>> = {
  PENDING: ' that waits for a worker',
  PAUSED: ' that is held back',
  PROCESSING: ' that a worker analyses',
  FAILED: ' that could not be analysed',
};

function countOf(value: unknown): number | undefined {
  return typeof value === 'number' ? value : undefined;
}

function languageName(code: unknown): string {
  const name = typeof code === 'string' ? languages.of(code) : undefined;
  return name === undefined || name === code ? '' : `${name} `;
}

function many(value: number, word: string, kind = ''): string {
  return `${count(value)} ${kind}${word}${value === 1 ? '' : 's'}`;
}
