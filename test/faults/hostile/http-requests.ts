import { createHash } from 'node:crypto';
import { metadata } from '../../support/tus-requests.ts';
import type { Random } from '../random.ts';
import { mutated, noise, pick } from './mutations.ts';
import { hostileName } from './names.ts';

/** What one connection says. */
export interface HttpAttack {
  readonly bytes: Buffer;
  readonly method: string;
  /** Set when it is a whole request, which has to be answered: what it brings. */
  readonly content?: Buffer;
}

/** @param uploads paths of uploads that were begun, for requests that go on with them */
export function hostileRequest(random: Random, uploads: readonly string[]): HttpAttack {
  if (random.next() < 0.05) return { bytes: noise(random.between(1, 2_000), random), method: '' };
  const method = pick(methods, random);
  const content = contentOf(random);
  const { lines, body, isWhole } = pick(framings, random)(content, random);
  const target = targetOf(method, random, uploads);
  const head = [`${method} ${target} HTTP/1.1`, ...headersOf(random, content), ...lines, '', ''].join('\r\n');
  const bytes = Buffer.concat([Buffer.from(head, 'latin1'), body]);
  if (random.next() < 0.2) return { bytes: mutated([bytes], random), method };
  return { bytes, method, ...(isWhole && { content }) };
}

const methods = [
  ...['PUT', 'PUT', 'PUT', 'PUT', 'POST', 'POST', 'POST', 'PATCH', 'PATCH', 'PATCH', 'HEAD', 'HEAD'],
  ...['DELETE', 'OPTIONS', 'GET', 'PROPFIND', 'TRACE', 'put', 'FOO'],
];

/** Mostly where the method belongs. */
function targetOf(method: string, random: Random, uploads: readonly string[]): string {
  const name = encoded(hostileName(random));
  const put = [
    `/files/${name}`,
    '/files/good.txt',
    `/files/good.txt?path=${name}`,
    `/files/good.txt?path=a&path=${name}`,
  ];
  const tus = [method === 'POST' ? '/uploads' : pick(uploads, random), pick(uploads, random), `/uploads/${name}`];
  const odd = [
    '*',
    '/',
    'http://localhost/ui/x',
    '/files/',
    '/files/%',
    '/files/%00',
    '/files/..%2f..%2fx',
    '/files/../../x',
    '/uploads/../x',
  ];
  const usual = method === 'PUT' ? put : tus;
  return pick(random.next() < 0.8 ? usual : [...put, ...tus, ...odd], random);
}

/** Every byte that is not a plain letter, so that the request line stays one. */
function encoded(name: Buffer): string {
  return Array.from(name, (byte) =>
    /\w/.test(String.fromCharCode(byte)) ? String.fromCharCode(byte) : `%${byte.toString(16).padStart(2, '0')}`,
  ).join('');
}

function contentOf(random: Random): Buffer {
  return Buffer.alloc(pick([0, 1, random.between(0, 300), random.between(0, 100_000)], random), random.between(1, 255));
}

/** Each header comes or not; where it comes it is right, nearly right, or nonsense. */
function headersOf(random: Random, content: Buffer): string[] {
  const digest = (algorithm: string) => createHash(algorithm).update(content).digest('base64');
  const name = hostileName(random).toString();
  const values: Readonly<Record<string, readonly [right: string | number, ...odd: (string | number)[]]>> = {
    'Tus-Resumable': ['1.0.0', '0.2.2', '\x01'],
    'Upload-Offset': ['0', content.length, ...oddNumbers],
    'Upload-Length': [content.length, content.length + 1, 2 * content.length, ...oddNumbers],
    'Upload-Metadata': [
      ...([metadata({ filename: 'good.txt' }), metadata({ filename: name })] as const),
      ...[metadata({ filename: 'good.txt', relativePath: name, filetype: name }), 'filename', 'filename %', ',,, ,'],
      ...['filename YQ==,filename YQ==', `filename ${'YWFh'.repeat(3_000)}`, 'filename /w==', 'filename Li4vLi4veA=='],
    ],
    'Content-Type': ['application/offset+octet-stream', 'text/plain', '\x7f', 'x'.repeat(300)],
    'Upload-Checksum': [`sha1 ${digest('sha1')}`, `sha256 ${digest('sha256')}`, 'sha1 AAAA', 'md5 AAAA', 'sha1', ' '],
    'Repr-Digest': [`sha-256=:${digest('sha256')}:`, `sha-256=:${digest('sha512')}:`, 'sha-256=', 'sha-256=::,,', '='],
    'Idempotency-Key': ['k', '""', '"k"', 'x'.repeat(256), '\xff\xfe', '\0', 'x'.repeat(10_240)],
    'Content-Encoding': ['identity', 'gzip', '\x0b'],
    'Content-Range': ['bytes 0-2/3', 'x'],
    'X-HTTP-Method-Override': ['PATCH', 'DELETE', 'PUT', ' '],
    Expect: ['100-continue', '200-ok'],
    Origin: ['https://evil.example', 'null'],
    'Upload-Defer-Length': ['1'],
    'Upload-Concat': ['partial', 'final;/uploads/x'],
  };
  const lines = [random.next() < 0.97 ? 'Host: localhost' : pick(['Host: evil.example', 'Host:', 'X: y'], random)];
  Object.entries(values).forEach(([header, from], at) => {
    if (random.next() < (at < 5 ? 0.95 : 0.06))
      lines.push(`${header}: ${random.next() < 0.93 ? from[0] : pick(from, random)}`);
  });
  return lines;
}

const oddNumbers = ['', '-1', '+1', '1e3', '0x10', '007', '1,2', 'NaN', '9007199254740993', '9223372036854775808'];

interface Framing {
  readonly lines: readonly string[];
  readonly body: Buffer;
  readonly isWhole: boolean;
}

const chunked = 'Transfer-Encoding: chunked';

const framings: readonly ((content: Buffer, random: Random) => Framing)[] = [
  told,
  told,
  told,
  (content, random) => ({ lines: [chunked], body: inChunks(content, random), isWhole: true }),
  (content, random) => ({ lines: [chunked], body: mutated([inChunks(content, random)], random), isWhole: false }),
  (content, random) => ({
    ...told(content),
    body: content.subarray(0, random.between(0, content.length)),
    isWhole: false,
  }),
  (content, random) => ({ ...told(content), lines: [`Content-Length: ${pick(oddNumbers, random)}`], isWhole: false }),
  (content) => ({ ...told(content), lines: [], isWhole: false }),
  (content) => ({ ...told(content), lines: [`Content-Length: ${content.length}`, chunked], isWhole: false }),
  (content) => ({ ...told(content), lines: ['Transfer-Encoding: gzip, chunked, x'], isWhole: false }),
];

function told(content: Buffer): Framing {
  return { lines: [`Content-Length: ${content.length}`], body: content, isWhole: true };
}

function inChunks(content: Buffer, random: Random): Buffer {
  const parts: Buffer[] = [];
  for (let at = 0; at < content.length; ) {
    const part = content.subarray(at, at + random.between(1, 40_000));
    parts.push(Buffer.from(`${part.length.toString(16)}\r\n`), part, Buffer.from('\r\n'));
    at += part.length;
  }
  return Buffer.concat([...parts, Buffer.from('0\r\n\r\n')]);
}
