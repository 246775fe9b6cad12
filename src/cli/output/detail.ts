import { coreFacts, type Fact, factGroups, notes } from '#contract/facts/facts.ts';
import { inWords } from '#contract/facts/in-words.ts';
import type { AttemptJson, FileWithResultJson } from '#contract/schemas.ts';
import { catalogue, isReason } from '#domain/errors.ts';
import { wrapText } from './display-width.ts';
import { localTime } from './local-time.ts';
import { formatBytes, formatDuration, plural, printable } from './printable.ts';
import type { Style, Terminal } from './terminal.ts';

export interface FileDetail extends FileWithResultJson {
  readonly attempts: readonly AttemptJson[];
}

/** The column in which values begin. */
const indent = 18;

/** Shows everything known about a file, one fact per line; long values are wrapped below themselves. */
export function detailView(file: FileDetail, terminal: Terminal): string[] {
  const facts: NamedValue[] = [
    ['id', file.id],
    ['status', terminal.paint(statusStyle(file.status), statusText(file))],
    ...failure(file),
    ...found(file, terminal),
    ...(file.path ? [['path', printable(file.path)] as const] : []),
    ['size', sizeText(file.size)],
    ...(file.sha256 === null ? [] : [['sha256', file.sha256] as const]),
    ['created', localTime(file.created_at) || '–'],
    ['updated', localTime(file.updated_at) || '–'],
    ...others(file),
    ...file.attempts.map((attempt) => [`attempt ${attempt.number}`, attemptText(attempt)] as const),
  ];
  const groups = file.result === null ? [] : factGroups(file.result, format);
  return [
    terminal.paint('bold', printable(file.filename)),
    ...facts.flatMap((fact) => factLines(fact, terminal.width)),
    ...groups.flatMap(({ title, facts: ofKind }) => [
      `  ${terminal.paint('bold', title)}`,
      ...ofKind.flatMap(namedValues).flatMap((fact) => factLines(fact, terminal.width, '    ')),
    ]),
  ];
}

type NamedValue = readonly [name: string, value: string];

function factLines([name, value]: NamedValue, width: number, margin = '  '): string[] {
  const [first = '', ...more] = wrapText(value, width - indent);
  return [`${margin}${name} `.padEnd(indent) + first, ...more.map((line) => ' '.repeat(indent) + line)];
}

/** The further values of a list stand below the first. */
function namedValues({ name, values }: Fact): NamedValue[] {
  return values.map((value, n) => [n === 0 ? printable(name) : '', printable(value)]);
}

function sizeText(size: number): string {
  return `${plural(size, 'byte')}${size < 1_024 ? '' : ` (${formatBytes(size)})`}`;
}

function attemptText({ outcome, worker, claimed_at, ended_at, error }: AttemptJson): string {
  const took =
    claimed_at === null || ended_at === null
      ? ''
      : ` after ${formatDuration(Date.parse(ended_at) - Date.parse(claimed_at))}`;
  const why = error === null ? '' : `: ${error.code}: ${error.message}`;
  return printable(`${outcome}${took}, ${worker || 'unknown worker'}, claimed ${localTime(claimed_at) || '–'}${why}`);
}

function statusStyle(status: string): Style {
  return ({ COMPLETED: 'green', FAILED: 'red', PROCESSING: 'cyan' } as const)[status] ?? 'yellow';
}

function statusText({ status, attempt, max_attempts }: FileWithResultJson): string {
  const signs: Record<string, string> = { COMPLETED: '✔', FAILED: '✖', PROCESSING: '▶', PENDING: '…' };
  return `${signs[status] ?? '?'} ${status}${attempt > 0 ? `, attempt ${attempt} of ${max_attempts}` : ''}`;
}

function failure({ error }: FileWithResultJson): NamedValue[] {
  if (error === null) return [];
  const reason = error.code.toUpperCase();
  const action = isReason(reason) ? [['what to do', catalogue[reason].action] as [string, string]] : [];
  return [['reason', printable(`${error.code}: ${error.message}`)], ...action];
}

/** What it is; without a result, what the client called it. Fields that this version does not know are shown as they are. */
function found({ filename, mime_type: type, result }: FileWithResultJson, terminal: Terminal): NamedValue[] {
  if (result === null) return [['type', printable(type) || '–']];
  const unknown = Object.entries(result).filter(([name]) => !told.has(name));
  return [
    ...notes(result, filename).map((note) => ['note', terminal.paint('yellow', printable(note))] as const),
    ...coreFacts(result).flatMap(namedValues),
    ...unknown.map(([name, value]) => [name.replaceAll('_', ' '), printable(inWords(value))] as const),
  ];
}

const format = { bytes: formatBytes, seconds: (value: number) => formatDuration(value * 1_000) };

/** These fields are shown in another form, or are of no use to a reader. */
const told = new Set(
  `id filename path size mime_type status attempt max_attempts created_at updated_at completed_at error result attempts sha256
  schema description detected_by confidence candidates extension_mismatch word_count word_count_of line_count
  character_count charset findings`.split(/\s+/),
);

/** Shows the remaining fields under their own names. */
function others(file: FileDetail): NamedValue[] {
  return Object.entries(file)
    .filter(([name, value]) => !told.has(name) && value !== null)
    .map(([name, value]) => [name.replaceAll('_', ' '), printable(inWords(value))] as const);
}
