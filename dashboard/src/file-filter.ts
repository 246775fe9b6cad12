/** Selects the files that are shown; the URL and the API use the same words. */
export interface FileFilter {
  readonly id: string;
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
}

export const emptyFilter: FileFilter = {
  ...{ id: '', name: '', status: '', mime_type: '', language: '', encrypted: '' },
  ...{ extension_mismatch: '', finding_error: '', sha256: '', error_code: '' },
};

export function readFilter(given: { get(name: string): string | null }): FileFilter {
  const words = Object.keys(emptyFilter).map((name) => [name, String(given.get(name) ?? '').trim()]);
  return Object.fromEntries(words) as unknown as FileFilter;
}

/** Leaves out empty fields. */
export function filterParameters(filter: FileFilter): Record<string, string> {
  return Object.fromEntries(Object.entries(filter).filter(([, value]) => value !== ''));
}
