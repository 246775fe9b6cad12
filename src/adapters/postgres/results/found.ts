import type { FindingsFilter } from '#domain/findings-filter.ts';
import { outputTemplates } from '#domain/output-template.ts';

/** Selects results by the detected type and what else was found. */
export interface FoundFilter extends FindingsFilter {
  /** Exact, or a family such as `image/*`. */
  readonly mimeType?: string;
  /** How the type begins. */
  readonly typePrefix?: string;
}

/** What a search reads. */
export interface Searched {
  readonly files: string;
  readonly results: string;
  readonly claims: string;
}

/** The tables, or the views of db/access.sql that show what belongs to the tenant. */
export function searched(tenant: string | undefined): Searched {
  if (tenant === undefined) return { files: 'files', results: 'results', claims: 'claims' };
  return { files: 'own_files', results: 'own_results', claims: 'own_claims' };
}

/** Adds a parameter to a statement, and returns its placeholder. */
export type Parameter = (value: unknown) => string;

// These are the expressions of the indexes of `results`, by which PostgreSQL knows that an index applies.
const mimeTypeFound = `(output_data ->> 'mime_type') collate "C"`;
export const languageFound = `(output_data #>> '{findings,text,language}') collate "C"`;
export const isEncrypted = `output_data @? '$.findings.*.encrypted ? (@ == true)'`;
export const isMismatched = `output_data @> '{"extension_mismatch": true}'`;
const hasError = `output_data @? '$.findings.*.error'`;

/** The conditions for a row of `results`. */
export function foundConditions(filter: FoundFilter, parameter: Parameter): string[] {
  const { mimeType, typePrefix, language, encrypted, extensionMismatch, findingError } = filter;
  const conditions: string[] = [];
  if (mimeType !== undefined) conditions.push(typeCondition(mimeTypeFound, mimeType, parameter));
  if (typePrefix !== undefined) conditions.push(typeBeginsWith(mimeTypeFound, typePrefix, parameter));
  if (language !== undefined) conditions.push(`${languageFound} = ${parameter(language)}`);
  if (encrypted !== undefined) conditions.push(encrypted ? isEncrypted : `not ${isEncrypted}`);
  if (extensionMismatch !== undefined) conditions.push(extensionMismatch ? isMismatched : `not ${isMismatched}`);
  if (findingError !== undefined) conditions.push(hasError);
  if (findingError !== undefined && findingError !== 'any')
    conditions.push(
      `jsonb_path_exists(output_data, '$.findings.*.error.code ? (@ == $code)', ${codeOf(findingError)})`,
    );
  return conditions;

  function codeOf(code: string): string {
    return `jsonb_build_object('code', ${parameter(code)}::text)`;
  }
}

/** The output of the row `r` of `results`, with what its template adds. Rows of earlier versions have none: docs/adr/0051-shorter-rows.md. */
export const wholeOutput = `case when r.output_data ? 'template' then
  coalesce('${JSON.stringify(outputTemplates)}'::jsonb -> (r.output_data ->> 'template'), '{}') || (r.output_data - 'template')
  else r.output_data end`;

/** A FoundSummary of the row `r` of `results`, as JSON; null without one. */
export const foundSummary = `case when r.file_id is not null then jsonb_build_object(
  'description', (${wholeOutput}) -> 'description', 'wordCount', r.output_data -> 'word_count',
  'pages', r.output_data #> '{findings,text,pages}', 'language', r.output_data #> '{findings,text,language}') end`;

// The next two are subqueries with a limit, which PostgreSQL does not turn into joins that read whole tables.

/** Joins each file of `m` as `f`. */
export function withFile({ files }: Searched): string {
  return `cross join lateral (select * from ${files} where id = m.id limit 1) f`;
}

/** Joins the result of each file `f` as `r`, if there is one. */
export function withResult({ results }: Searched): string {
  return `left join lateral (select * from ${results} where file_id = f.id limit 1) r on true`;
}

/** A `where` clause that asks for all conditions; empty when there is none. */
export function whereAll(conditions: readonly string[]): string {
  return conditions.length === 0 ? '' : `where ${conditions.join(' and ')}`;
}

/** The family `image/*` is the range from `image/` up to `image0`, whose last character is the next one. */
export function typeCondition(column: string, mimeType: string, parameter: Parameter): string {
  if (!mimeType.endsWith('/*')) return `${column} = ${parameter(mimeType)}`;
  const family = mimeType.slice(0, -2);
  return `${column} >= ${parameter(`${family}/`)} and ${column} < ${parameter(`${family}0`)}`;
}

/** No character of a type sorts behind the last one of Unicode. */
export function typeBeginsWith(column: string, prefix: string, parameter: Parameter): string {
  return `${column} >= ${parameter(prefix)} and ${column} < ${parameter(`${prefix}\u{10ffff}`)}`;
}
