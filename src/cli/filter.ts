import type { MessageInitShape } from '@bufbuild/protobuf';
import { timestampFromDate } from '@bufbuild/protobuf/wkt';
import { type Command, InvalidArgumentError, Option } from 'commander';
import { fileStatuses, type FileStatus as StatusWord } from '#domain/file-state.ts';
import { type FindingsFilter, findingErrors, languageCode } from '#domain/findings-filter.ts';
import { FileStatus } from '#gen/filemill/v1/file_pb.ts';
import type { FileFilterSchema } from '#gen/filemill/v1/metadata_service_pb.ts';
import { CliError, exitCodes } from './failure.ts';
import { moment } from './moment.ts';

export interface FilterOptions {
  readonly status?: readonly StatusWord[];
  readonly type?: string;
  readonly find?: string;
  readonly name?: string;
  readonly sha256?: string;
  readonly error?: string;
  readonly since?: Date;
  readonly until?: Date;
  readonly language?: string;
  readonly encrypted?: boolean;
  readonly mismatch?: boolean;
  readonly findingError?: FindingsFilter['findingError'];
  readonly batch?: string;
}

export function addFilterOptions(command: Command): Command {
  return command
    .option(
      '--status <status>',
      'PENDING, PAUSED, PROCESSING, COMPLETED or FAILED, or several separated by commas',
      statuses,
    )
    .option('--mime, --type <type>', 'type such as text/plain, or a family such as image/*')
    .option('--find <text>', 'part of the name, or how the id, the SHA-256 or the type begins')
    .option('--name <text>', 'text that the file name contains')
    .option('--sha256 <digits>', 'SHA-256 of the content, 64 hex digits', sha256)
    .option('--batch <name>', 'batch that the files were uploaded with')
    .option('--error <code>', 'reason of the failure, such as analyzer_timeout')
    .option(
      '--since <time>',
      'registered at or after: yesterday, 2026-01-31, 2026-01-31T12:00Z, or 2h for 2h ago',
      time,
    )
    .option('--until <time>', 'registered before', time);
}

/** Filters that only COMPLETED files pass. */
export function addFindingsOptions(command: Command): Command {
  return command
    .option('--language <code>', 'language of the text, such as de', language)
    .option('--encrypted', 'documents that need a password, and encrypted archives')
    .option('--no-encrypted', 'what is not encrypted')
    .option('--mismatch', 'the extension stands for other types than the one found')
    .option('--no-mismatch', 'the extension does not')
    .addOption(
      new Option('--finding-error [code]', 'what an analyser could not read, and why')
        .choices(findingErrors)
        .preset('any'),
    );
}

export function hasFilter(options: FilterOptions): boolean {
  const { status, type, find, name, sha256: digits, error, since, until, batch } = options;
  const others = [status, type, find, name, digits, error, since, until, batch];
  return looksAtFindings(options) || others.some((one) => one !== undefined);
}

function looksAtFindings({ language, encrypted, mismatch, findingError }: FilterOptions): boolean {
  return [language, encrypted, mismatch, findingError].some((value) => value !== undefined);
}

/** @throws CliError for usage when --since is not before --until, and when no file can pass */
export function toFilter(options: FilterOptions): MessageInitShape<typeof FileFilterSchema> {
  if (options.since !== undefined && options.until !== undefined && options.since >= options.until)
    throw new CliError(exitCodes.usage, '--since must be earlier than --until.');
  const cannotBeCompleted = options.error !== undefined || options.status?.includes('COMPLETED') === false;
  if (looksAtFindings(options) && cannotBeCompleted)
    throw new CliError(
      exitCodes.usage,
      'Only COMPLETED files have findings, which --language, --encrypted, --mismatch and --finding-error look at.',
      'Give --status COMPLETED or none, and no --error.',
    );
  return {
    statuses: (options.status ?? []).map((word) => FileStatus[word]),
    mimeType: options.type ?? '',
    query: options.find ?? '',
    nameContains: options.name ?? '',
    sha256: options.sha256 ?? '',
    errorCode: (options.error ?? '').toLowerCase(),
    batch: options.batch ?? '',
    findings: {
      language: options.language ?? '',
      findingError: options.findingError ?? '',
      ...(options.encrypted !== undefined && { encrypted: options.encrypted }),
      ...(options.mismatch !== undefined && { extensionMismatch: options.mismatch }),
    },
    ...(options.since === undefined ? {} : { createdFrom: timestampFromDate(options.since) }),
    ...(options.until === undefined ? {} : { createdBefore: timestampFromDate(options.until) }),
  };
}

function statuses(text: string, earlier: readonly StatusWord[] = []): StatusWord[] {
  const words = text.toUpperCase().split(',');
  const wrong = words.find((word) => !fileStatuses.some((known) => known === word));
  if (wrong !== undefined) throw new InvalidArgumentError(`Expected ${fileStatuses.join(', ')}.`);
  return [...earlier, ...(words as StatusWord[])];
}

export function time(text: string): Date {
  return moment(text);
}

function language(text: string): string {
  const code = text.toLowerCase();
  if (languageCode.test(code)) return code;
  throw new InvalidArgumentError('Expected an ISO 639 code such as de.');
}

function sha256(text: string): string {
  if (/^[0-9a-f]{64}$/i.test(text)) return text.toLowerCase();
  throw new InvalidArgumentError('Expected 64 hex digits.');
}
