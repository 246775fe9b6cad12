import type { AttemptJson, FileWithResultJson } from '#contract/schemas.ts';
import { catalogue, isReason } from '#domain/errors.ts';
import { formatBytes, formatCount, formatDuration, plural, printable } from './printable.ts';
import type { Style, Terminal } from './terminal.ts';

export interface FileDetail extends FileWithResultJson {
  readonly attempts: readonly AttemptJson[];
}

/** Shows everything known about a file, one fact per line. */
export function detailView(file: FileDetail, terminal: Terminal): string[] {
  const facts: [string, string][] = [
    ['id', file.id],
    ['status', terminal.paint(statusStyle(file.status), statusText(file))],
    ...failure(file),
    ...(file.path ? [['path', printable(file.path)] as [string, string]] : []),
    ['size', sizeText(file.size)],
    ['type', printable(file.mime_type) || '–'],
    ...findings(file),
    ['created', file.created_at ?? '–'],
    ['updated', file.updated_at ?? '–'],
    ...others(file),
    ...file.attempts.map((attempt) => [`attempt ${attempt.number}`, attemptText(attempt)] as [string, string]),
  ];
  const title = terminal.paint('bold', printable(file.filename));
  return [title, ...facts.map(([name, value]) => `  ${name.padEnd(16)}${value}`)];
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
  return printable(`${outcome}${took}, ${worker || 'unknown worker'}, claimed ${claimed_at ?? '–'}${why}`);
}

function statusStyle(status: string): Style {
  return ({ COMPLETED: 'green', FAILED: 'red', PROCESSING: 'cyan' } as const)[status] ?? 'yellow';
}

function statusText({ status, attempt, max_attempts }: FileWithResultJson): string {
  const signs: Record<string, string> = { COMPLETED: '✔', FAILED: '✖', PROCESSING: '▶', PENDING: '…' };
  return `${signs[status] ?? '?'} ${status}${attempt > 0 ? `, attempt ${attempt} of ${max_attempts}` : ''}`;
}

function failure({ error }: FileWithResultJson): [string, string][] {
  if (error === null) return [];
  const reason = error.code.toUpperCase();
  const action = isReason(reason) ? [['what to do', catalogue[reason].action] as [string, string]] : [];
  return [['reason', printable(`${error.code}: ${error.message}`)], ...action];
}

/** Shows every finding of the analysis, even those that this version does not know. */
function findings({ result }: FileWithResultJson): [string, string][] {
  if (result === null) return [];
  return Object.entries(result)
    .filter(([name]) => !['schema', 'mime_type', 'size'].includes(name))
    .map(([name, value]) => [name.replaceAll('_', ' '), finding(value)]);
}

/** These fields are shown above in another form, or are of no use to a reader. */
const told = new Set(
  'id filename path size mime_type status attempt max_attempts created_at updated_at completed_at sha256 error result attempts'.split(
    ' ',
  ),
);

/** Shows the remaining fields under their own names. */
function others(file: FileDetail): [string, string][] {
  return Object.entries(file)
    .filter(([name, value]) => !told.has(name) && value !== null)
    .map(([name, value]) => [name.replaceAll('_', ' '), finding(value)]);
}

function finding(value: unknown): string {
  if (value === null) return '–';
  if (typeof value === 'number') return formatCount(value);
  if (typeof value !== 'object') return printable(String(value));
  const parts = Object.entries(value).map(
    ([name, part]) => `${name} ${typeof part === 'object' ? JSON.stringify(part) : part}`,
  );
  return printable(parts.join(', '));
}
