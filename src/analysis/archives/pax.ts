/** The records of a pax header that matter here, each as the last one of its name says. */
export interface PaxRecords {
  readonly path: string | undefined;
  readonly size: number | undefined;
  /** Bytes of a whole sparse file. */
  readonly realSize: number | undefined;
}

/**
 * Each record is `LENGTH KEYWORD=VALUE\n`, where the length counts the whole record.
 *
 * Source: POSIX.1-2024, pax, "pax Extended Header"; the manual of GNU tar, "PAX Format" of sparse files, versions 0.0 to 1.0.
 */
export function paxRecords(bytes: Buffer): PaxRecords {
  const values = new Map<string, string>();
  for (let at = 0; at < bytes.length; ) {
    const space = bytes.indexOf(0x20, at);
    const length = space < 0 ? 0 : Number(bytes.toString('latin1', at, Math.min(space, at + 20)));
    if (!Number.isInteger(length) || length <= space - at || at + length > bytes.length) break;
    const equals = bytes.indexOf(0x3d, space);
    if (equals > 0 && equals < at + length)
      values.set(bytes.toString('utf8', space + 1, equals), bytes.toString('utf8', equals + 1, at + length - 1));
    at += length;
  }
  return {
    path: values.get('GNU.sparse.name') ?? values.get('path'),
    size: wholeNumber(values.get('size')),
    realSize: wholeNumber(values.get('GNU.sparse.realsize') ?? values.get('GNU.sparse.size')),
  };
}

function wholeNumber(text: string | undefined): number | undefined {
  const number = text === undefined || text === '' ? Number.NaN : Number(text);
  return Number.isSafeInteger(number) && number >= 0 ? number : undefined;
}
