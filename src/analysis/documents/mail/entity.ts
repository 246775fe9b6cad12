/** A message or a part of one (RFC 2045): fields and, still encoded, a body. */
export interface Entity {
  /** The fields that matter here, by their names in lower case; the first of each name. */
  readonly fields: ReadonlyMap<string, string>;
  /** In lower case: `text/plain`. */
  readonly type: string;
  /** Parameters of the type, by their names in lower case. */
  readonly parameters: ReadonlyMap<string, string>;
  readonly body: Buffer;
}

/** The longest value of a field that is kept. */
const maxValue = 16_384;
const kept: ReadonlySet<string> = new Set([
  'content-type',
  'content-transfer-encoding',
  'content-disposition',
  'subject',
  'from',
  'date',
]);
const newline = 0x0a;

/** A whole message. Empty lines before its fields are no part of it. */
export function parseMessage(bytes: Buffer): Entity {
  let from = 0;
  while (bytes[from] === newline || bytes[from] === 0x0d) from++;
  return parseEntity(bytes.subarray(from));
}

/** @param defaultType the type of an entity that does not say it */
function parseEntity(bytes: Buffer, defaultType = 'text/plain'): Entity {
  const fields = new Map<string, string>();
  let last: string | undefined;
  let at = 0;
  while (at < bytes.length) {
    const lineEnd = bytes.indexOf(newline, at);
    const next = lineEnd < 0 ? bytes.length : lineEnd + 1;
    const line = bytes.toString('latin1', at, Math.min(next, at + maxValue)).trimEnd();
    const [, name, value = ''] = /^([!-9;-~]+)[ \t]*:(.*)$/s.exec(line) ?? [];
    const isContinuation = /^[ \t]/.test(line);
    // A mailbox, and some programs, begin a message with a line that is no field; elsewhere such a line is of the body.
    if (name === undefined && !isContinuation && !(at === 0 && /^>?From |^\d+$/.test(line))) {
      at = line === '' ? next : at;
      break;
    }
    if (isContinuation && last !== undefined) append(fields, last, line);
    else if (name !== undefined) {
      last = undefined;
      const key = name.toLowerCase();
      if (kept.has(key) && !fields.has(key)) {
        fields.set(key, value.trim());
        last = key;
      }
    }
    at = next;
  }
  return { fields, ...typeOf(fields.get('content-type'), defaultType), body: bytes.subarray(at) };
}

function append(fields: Map<string, string>, name: string, line: string): void {
  const value = fields.get(name) as string;
  if (value.length + line.length < maxValue) fields.set(name, `${value} ${line.trim()}`);
}

function typeOf(value: string | undefined, defaultType: string): Pick<Entity, 'type' | 'parameters'> {
  const type = /^\s*([\w!#$&^.+-]+\/[\w!#$&^.+-]+)/.exec(value ?? '')?.[1]?.toLowerCase() ?? defaultType;
  return { type, parameters: parametersOf(value ?? '') };
}

const parameter = /;\s*([^\s=;"]+)\s*=\s*(?:"((?:[^"\\]|\\.)*)"?|([^\s;]*))/g;

function parametersOf(value: string): ReadonlyMap<string, string> {
  const parameters = new Map<string, string>();
  for (const [, name = '', quoted, token = ''] of value.matchAll(parameter)) {
    const key = name.toLowerCase();
    if (!parameters.has(key)) parameters.set(key, quoted?.replace(/\\(.)/g, '$1') ?? token);
  }
  return parameters;
}

/** The parts of a multipart body (RFC 2046, 5.1.1); none if its boundary is missing. */
export function* partsOf({ body, type, parameters }: Entity): Iterable<Entity> {
  const boundary = (parameters.get('boundary') ?? '').trimEnd();
  if (boundary === '') return;
  const defaultType = type === 'multipart/digest' ? 'message/rfc822' : 'text/plain';
  let from: number | undefined;
  for (const { start, end, isLast } of delimiters(body, Buffer.from(`--${boundary}`, 'latin1'))) {
    if (from !== undefined) yield parseEntity(body.subarray(from, start), defaultType);
    if (isLast) return;
    from = end;
  }
  if (from !== undefined) yield parseEntity(body.subarray(from), defaultType);
}

function* delimiters(body: Buffer, delimiter: Buffer) {
  for (let start = body.indexOf(delimiter); start >= 0; start = body.indexOf(delimiter, start + delimiter.length)) {
    if (start > 0 && body[start - 1] !== newline) continue;
    const after = start + delimiter.length;
    const lineEnd = body.indexOf(newline, after);
    const end = lineEnd < 0 ? body.length : lineEnd + 1;
    const rest = body.toString('latin1', after, Math.min(end, after + 80)).trim();
    if (rest === '' || rest === '--') yield { start, end, isLast: rest === '--' };
  }
}

/** The body without its transfer encoding (RFC 2045, 6). */
export function contentOf({ fields, body }: Entity): Buffer {
  const encoding = fields.get('content-transfer-encoding')?.toLowerCase() ?? '';
  if (encoding.includes('base64')) return Buffer.from(body.toString('latin1'), 'base64');
  if (encoding.includes('quoted-printable')) return unquoted(body.toString('latin1'));
  return body;
}

function unquoted(text: string): Buffer {
  const joined = text.replace(/=[ \t]*\r?(?:\n|$)/g, '');
  const plain = joined.replace(/=([\da-f]{2})/gi, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
  return Buffer.from(plain, 'latin1');
}
