/** Selects the files that are shown. The words are those of the address of the page. */
export interface FileFilter {
  /** What was typed into the search box. */
  readonly q: string;
  readonly name: string;
  readonly status: string;
  readonly mime_type: string;
  readonly language: string;
  /** `true`, `false` or empty, as is `extension_mismatch`. */
  readonly encrypted: string;
  readonly extension_mismatch: string;
  readonly finding_error: string;
  readonly sha256: string;
  readonly error_code: string;
  readonly batch: string;
  /** Days such as `2026-11-30`, in the time zone of the reader; both are included. */
  readonly from: string;
  readonly to: string;
}

export const emptyFilter: FileFilter = {
  ...{ q: '', name: '', status: '', mime_type: '', language: '', encrypted: '', extension_mismatch: '' },
  ...{ finding_error: '', sha256: '', error_code: '', batch: '', from: '', to: '' },
};

export const newestFirst = '-created_at';

/** What the address tells of a list. */
export interface FileView {
  readonly filter: FileFilter;
  /** A key of the API, with `-` in front for the greatest first. */
  readonly sort: string;
  /** Names of columns, joined by commas; empty for the usual ones. */
  readonly columns: string;
}

type Given = { get(name: string): string | null };

export function readFilter(given: Given): FileFilter {
  const words = Object.keys(emptyFilter).map((name) => [name, String(given.get(name) ?? '').trim()]);
  return Object.fromEntries(words) as unknown as FileFilter;
}

export function readView(given: Given): FileView {
  return { filter: readFilter(given), sort: given.get('sort') || newestFirst, columns: given.get('columns') ?? '' };
}

/** The parameters of an address, without what is empty or usual. */
export function viewParameters({ filter, sort, columns }: FileView): Record<string, string> {
  const all = { ...filter, sort: sort === newestFirst ? '' : sort, columns };
  return Object.fromEntries(Object.entries(all).filter(([, value]) => value !== ''));
}

/** The parameters by which the API filters. */
export function requestOf({ from, to, ...same }: FileFilter): URLSearchParams {
  const times = { created_from: midnight(from), created_before: midnight(to, 1) };
  const given = Object.entries({ ...same, ...times }).filter(([, value]) => value !== '');
  return new URLSearchParams(given);
}

/** When a day begins for the reader, or a later one; what is no day is left to the server to refuse. */
function midnight(day: string, daysLater = 0): string {
  const [year, month, date] = (/^(\d{4})-(\d\d)-(\d\d)$/.exec(day) ?? []).slice(1).map(Number);
  if (year === undefined || month === undefined || date === undefined) return day;
  return new Date(year, month - 1, date + daysLater).toISOString();
}
