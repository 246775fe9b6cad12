import type { MessageInitShape } from '@bufbuild/protobuf';
import { timestampFromDate } from '@bufbuild/protobuf/wkt';
import { z } from 'zod';
import { batchNameRule } from '#domain/batch.ts';
import { FilemillError } from '#domain/errors.ts';
import { sortKeys } from '#domain/file-sort.ts';
import { fileStatuses } from '#domain/file-state.ts';
import { findingErrors, languageCode } from '#domain/findings-filter.ts';
import { priorities, priorityRule } from '#domain/priority.ts';
import { mostTypedCharacters } from '#domain/search-text.ts';
import { FileStatus } from '#gen/filemill/v1/file_pb.ts';
import type { FindingsFilterSchema } from '#gen/filemill/v1/findings_filter_pb.ts';
import type { FileFilterSchema } from '#gen/filemill/v1/metadata_service_pb.ts';
import { integer } from '#platform/config.ts';

/**
 * Reads query parameters. An empty value counts as absent; an unknown parameter is refused, so that a misspelt filter
 * does not match everything.
 *
 * @param url the source of `query`: the parser leaves bytes that are not UTF-8 percent-encoded
 * @throws FilemillError REQUEST_INVALID naming every wrong parameter
 */
export function readQuery<Shape extends z.ZodRawShape>(
  shape: Shape,
  query: unknown,
  url = '',
): z.infer<z.ZodObject<Shape>> {
  refuseUndecodable(url);
  const given = Object.entries(query as Record<string, unknown>).filter(([, value]) => value !== '');
  const parsed = z.strictObject(shape).safeParse(Object.fromEntries(given));
  if (parsed.success) return parsed.data as z.infer<z.ZodObject<Shape>>;
  throw refusal(parsed.error, Object.keys(shape));
}

function refuseUndecodable(url: string): void {
  try {
    decodeURIComponent(url.slice(url.indexOf('?') + 1));
  } catch (cause) {
    throw new FilemillError('REQUEST_INVALID', 'The query is not valid UTF-8 after percent-decoding.', { cause });
  }
}

/** Reads a JSON body. @throws FilemillError REQUEST_INVALID naming every wrong field */
export function readBody<Body extends z.ZodType>(body: Body, given: unknown): z.infer<Body> {
  const parsed = body.safeParse(given);
  if (parsed.success) return parsed.data;
  throw refusal(parsed.error, []);
}

function refusal({ issues }: z.ZodError, known: readonly string[]): FilemillError {
  const problems = issues.map((issue) =>
    issue.code === 'unrecognized_keys'
      ? `unknown parameter ${issue.keys.join(', ')}${known.length === 0 ? '' : ` (known: ${known.join(', ')})`}`
      : `${issue.path.length === 0 ? '' : `${issue.path.join('.')}: `}${issue.message}`,
  );
  return new FilemillError('REQUEST_INVALID', problems.join('; '));
}

/** The limit of one RPC. */
const maxIds = 1_000;

const once = { error: 'must be given once' };

const statusWord = z
  .string()
  .toUpperCase()
  .pipe(z.enum(fileStatuses, { error: `must be one of ${fileStatuses.join(', ')}` }));

/** RFC 3339, such as `2026-03-01T00:00:00Z`; a literal `+` in a query means a space and must be sent as `%2B`. */
export const time = z.iso
  .datetime({ offset: true, error: 'must be a time such as 2026-03-01T00:00:00Z' })
  .transform((text) => timestampFromDate(new Date(text)));

export const pageParameters = {
  page_size: integer(1, 1_000).optional().describe('Defaults to 100.'),
  page_token: z.string(once).optional().describe('`next_page_token` of the page before, with the same filter.'),
} as const;

export const mimeTypeParameter = {
  mime_type: z
    .string(once)
    .optional()
    .describe('The detected type: exact (`text/plain`) or a whole family (`image/*`).'),
} as const;

export const trueOrFalse = z.enum(['true', 'false'], 'must be true or false').transform((word) => word === 'true');

/** By what was found, so of COMPLETED files alone. */
export const findingsParameters = {
  language: z
    .string(once)
    .toLowerCase()
    .regex(languageCode, 'must be an ISO 639 code such as de')
    .optional()
    .describe('The language of the text: an ISO 639 code such as `de`.'),
  encrypted: trueOrFalse
    .optional()
    .describe('Whether a document needs a password, or an archive has encrypted entries.'),
  extension_mismatch: trueOrFalse
    .optional()
    .describe('Whether the extension of the name is known to stand for other types than the one found.'),
  finding_error: z
    .enum(findingErrors, `must be one of ${findingErrors.join(', ')}`)
    .optional()
    .describe('Why an analyser has no findings, or `any`.'),
} as const;

export function findingsOf(
  query: z.infer<z.ZodObject<typeof findingsParameters>>,
): MessageInitShape<typeof FindingsFilterSchema> {
  const { language = '', encrypted, extension_mismatch: extensionMismatch, finding_error: findingError = '' } = query;
  return {
    language,
    findingError,
    ...(encrypted !== undefined && { encrypted }),
    ...(extensionMismatch !== undefined && { extensionMismatch }),
  };
}

/** The parameters of every request that uploads. */
export const uploadParameters = {
  batch: z.string(once).default('').describe(`The batch that the files belong to: ${batchNameRule}.`),
  priority: z
    .enum(priorities, `must be ${priorityRule}`)
    .optional()
    .describe(
      'Free workers take interactive files first, and bulk ones last. By default that of the batch, or normal.',
    ),
} as const;

export const idsBody = z.strictObject(
  {
    ids: z
      .array(z.string('must be text'), 'must be a list')
      .min(1, 'must hold at least 1 id')
      .max(maxIds, `must hold at most ${maxIds} ids`),
  },
  'must be a JSON object such as {"ids": ["…"]}',
);

export const fileFilterParameters = {
  q: z
    .string(once)
    .max(mostTypedCharacters, `may have ${mostTypedCharacters} characters at most`)
    .optional()
    .describe(
      'What people type into one box: part of the name, or how the id, the SHA-256 (at least 4 digits) or the type begins.',
    ),
  status: z
    .union([z.string().transform((word) => [word]), z.array(z.string())])
    .pipe(z.array(statusWord))
    .optional()
    .describe(`${fileStatuses.join(', ')}: any of the given ones.`),
  ...mimeTypeParameter,
  ...findingsParameters,
  name: z.string(once).optional().describe('Part of the name, case-insensitive.'),
  batch: z.string(once).optional().describe('The batch that the files were uploaded with.'),
  sha256: z
    .string(once)
    .regex(/^[0-9a-fA-F]{64}$/, 'must be 64 hex digits')
    .toLowerCase()
    .optional()
    .describe('The SHA-256 that the worker measured.'),
  error_code: z.string(once).toLowerCase().optional().describe('The reason (docs/errors.md) why the file FAILED.'),
  created_from: time.optional().describe('Inclusive.'),
  created_before: time.optional().describe('Exclusive.'),
} as const;

const sorts = sortKeys.flatMap((key) => [key, `-${key}`]);

export const sortParameter = {
  sort: z
    .enum(sorts, `must be one of ${sorts.join(', ')}`)
    .default('-created_at')
    .describe(
      'With `-` the greatest first. Any order other than that of `created_at` is one of the newest 5,000 files that match.',
    ),
} as const;

/** `size desc` for `-size`. */
export function orderOf({ sort }: { readonly sort: string }): string {
  return sort.startsWith('-') ? `${sort.slice(1)} desc` : sort;
}

export function filterOf(
  query: z.infer<z.ZodObject<typeof fileFilterParameters>>,
): MessageInitShape<typeof FileFilterSchema> {
  return {
    query: query.q ?? '',
    statuses: (query.status ?? []).map((word) => FileStatus[word]),
    mimeType: query.mime_type ?? '',
    nameContains: query.name ?? '',
    sha256: query.sha256 ?? '',
    errorCode: query.error_code ?? '',
    findings: findingsOf(query),
    batch: query.batch ?? '',
    ...(query.created_from && { createdFrom: query.created_from }),
    ...(query.created_before && { createdBefore: query.created_before }),
  };
}
