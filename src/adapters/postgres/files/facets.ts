import type { FacetName } from '#domain/file-facets.ts';
import { facetNames } from '#domain/file-facets.ts';
import type { Reader } from '../database/database.ts';
import { isEncrypted, isMismatched, languageFound, searched, withFile, withResult } from '../results/found.ts';
import { allOrNewest, type Bounded, type Searches } from './bounded-search.ts';
import { type FileFilter, matches } from './file-matches.ts';

/** The newest files that match are counted, so that the answer does not take longer when there are more. */
export const mostCounted = 5_000;

export interface Facets {
  /** How many files match, and their bytes; at most `mostCounted`. */
  readonly files: number;
  readonly bytes: number;
  /** Whether more match than were counted, here or for one of the facets. */
  readonly capped: boolean;
  /** How many of these have which value, most frequent first. */
  readonly facets: ReadonlyMap<FacetName, readonly FacetValue[]>;
}

interface FacetValue {
  readonly value: string;
  readonly files: number;
}

/**
 * Counts the files that match by each facet. A facet that the filter itself asks for is counted as if it did not, so that
 * the other choices stay in view.
 *
 * @param tenant whose files are counted; undefined for all
 */
export async function fileFacets(
  searches: Searches,
  tenant: string | undefined,
  filter: FileFilter,
): Promise<Bounded<Facets>> {
  return await allOrNewest(searches, tenant, async (reader, upTo) => {
    const count = (some: FileFilter) => counted(reader, some, upTo);
    const own = facetNames.filter((name) => asksFor[name](filter));
    const [all, ...others] = await Promise.all([count(filter), ...own.map((name) => count(without[name](filter)))]);
    const sourceOf = (name: FacetName) => others[own.indexOf(name)] ?? all;
    return {
      ...all,
      capped: [all, ...others].some(({ capped }) => capped),
      facets: new Map(facetNames.map((name) => [name, sourceOf(name).facets.get(name) ?? []])),
    };
  });
}

const asksFor: Readonly<Record<FacetName, (filter: FileFilter) => boolean>> = {
  status: ({ statuses }) => statuses !== undefined,
  mime_type: ({ mimeType }) => mimeType !== undefined,
  error_code: ({ errorCode }) => errorCode !== undefined,
  language: ({ findings }) => findings?.language !== undefined,
  encrypted: ({ findings }) => findings?.encrypted !== undefined,
  extension_mismatch: ({ findings }) => findings?.extensionMismatch !== undefined,
};

const without: Readonly<Record<FacetName, (filter: FileFilter) => FileFilter>> = {
  status: ({ statuses: _, ...others }) => others,
  mime_type: ({ mimeType: _, ...others }) => others,
  error_code: ({ errorCode: _, ...others }) => others,
  language: ({ findings: { language: _, ...found } = {}, ...others }) => withFindings(others, found),
  encrypted: ({ findings: { encrypted: _, ...found } = {}, ...others }) => withFindings(others, found),
  extension_mismatch: ({ findings: { extensionMismatch: _, ...found } = {}, ...others }) => withFindings(others, found),
};

function withFindings(filter: FileFilter, findings: NonNullable<FileFilter['findings']>): FileFilter {
  return Object.keys(findings).length === 0 ? filter : { ...filter, findings };
}

async function counted(reader: Reader, filter: FileFilter, upTo: string | undefined): Promise<Facets> {
  const { text, values } = facetsStatement(filter, upTo, reader.tenant);
  const rows = await reader.query<CountRow>({ text }, values);
  const total = rows.find(({ facet }) => facet === null);
  const of = (name: FacetName) =>
    rows.flatMap(({ facet, value, files }) => (facet === name && value !== null ? [{ value, files }] : []));
  return {
    files: total?.files ?? 0,
    bytes: total?.bytes ?? 0,
    capped: total?.more ?? false,
    facets: new Map(facetNames.map((name) => [name, of(name)])),
  };
}

interface CountRow {
  /** Null in the row about all files. */
  readonly facet: FacetName | null;
  /** Null for files of which it is not known. */
  readonly value: string | null;
  readonly files: number;
  readonly bytes: number;
  readonly more: boolean;
}

const columns: Readonly<Record<FacetName, string>> = {
  status: 'f.status',
  mime_type: `nullif(f.mime_type, '')`,
  language: languageFound,
  error_code: `case when f.status = 'FAILED' then f.error_code end`,
  encrypted: `(${isEncrypted})::text`,
  extension_mismatch: `(${isMismatched})::text`,
};

/** Exported so that a test can look at its plan. */
export function facetsStatement(
  filter: FileFilter,
  upTo: string | undefined,
  tenant: string | undefined,
): { readonly text: string; readonly values: readonly unknown[] } {
  const values: unknown[] = [];
  const tables = searched(tenant);
  const found = matches(filter, { limit: mostCounted + 1, upTo }, tables, (value) => `$${values.push(value)}`);
  const named = facetNames.map((name) => `${columns[name]} as ${name}`).join(', ');
  const sets = facetNames.map((name) => `(${name})`).join(', ');
  const text = `
    with m as materialized (${found}), counted as materialized (
      select f.size, ${named} from (select id from m limit ${mostCounted}) m
      ${withFile(tables)} ${withResult(tables)}
    )
    select ${facetOfRow} as facet, coalesce(${facetNames.join(', ')}) as value, count(*) as files, sum(size)::bigint as bytes,
      (select count(*) from m) > ${mostCounted} as more
    from counted group by grouping sets ((), ${sets}) order by files desc, value`;
  return { text, values };
}

/** A row of a grouping set has the value of one column alone. */
const facetOfRow = `case ${facetNames.map((name) => `when grouping(${name}) = 0 then '${name}'`).join(' ')} end`;
