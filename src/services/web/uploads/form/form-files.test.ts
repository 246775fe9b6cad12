import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { FilemillError } from '#domain/errors.ts';
import { filesIn } from './form-files.ts';
import { FormReader } from './form-reader.ts';

/** Names that people give to files; some clients cannot say all of them. */
const names = ['a.txt', 'a b.txt', 'שלום.txt', '😀.txt', "it's.txt", 'a;b.txt', 'a, b=c.txt', '100%.txt'];
const quote = 'a"b.txt';
const percent = 'a%22b.txt';

interface Client {
  readonly agent?: string;
  readonly boundary?: string;
  /** The Content-Disposition that it writes for a file of this name. */
  readonly writes: (name: string) => string;
  /** Names that it writes as it writes others, and what they are taken for; undefined where it refuses to write them. */
  readonly ambiguous?: Readonly<Record<string, string | undefined>>;
}

const disposition = (filename: string, more = '') => `form-data; name="file"; filename="${filename}"${more}`;
/** The HTML Standard, "multipart/form-data encoding algorithm". */
const html = (name: string) => disposition(name.replaceAll('"', '%22'));
/** Quoted pairs of MIME. */
const escaped = (name: string) => disposition(name.replace(/[\\"]/g, '\\$&'));
/** Nothing is escaped. */
const raw = (name: string) => disposition(name);
const encodedWord = (name: string) => `=?utf-8?B?${Buffer.from(name).toString('base64')}?=`;
const extended = (name: string) => `utf-8''${encodeURIComponent(name)}`;
const isAscii = (name: string) => /^[ -~]*$/.test(name);
const dotNet = (name: string) => {
  const plain = isAscii(name) ? name : encodedWord(name);
  return /^[\w.%]+$/.test(plain) ? plain : `"${plain}"`;
};
/** A quote is written as a percent sign and digits that a name may have too: it is taken for the quote. */
const quoteWins = { [percent]: quote };
/** The same, and taken for the digits. */
const digitsWin = { [quote]: percent };

const clients: Readonly<Record<string, Client>> = {
  browsers: { agent: 'Mozilla/5.0 (X11; Linux x86_64) Chrome/140', writes: html, ambiguous: quoteWins },
  'a browser that hides its name': { boundary: '----WebKitFormBoundaryAbC', writes: html, ambiguous: quoteWins },
  Node: { agent: 'node', writes: html, ambiguous: quoteWins },
  'Node under a name of the application': {
    agent: 'shop/1.0',
    boundary: '----formdata-undici-012345678901',
    writes: html,
    ambiguous: quoteWins,
  },
  'requests and urllib3 2': { agent: 'python-requests/2.34.2', writes: html, ambiguous: quoteWins },
  httpx: { agent: 'python-httpx/0.28.1', writes: html, ambiguous: quoteWins },
  OkHttp: { agent: 'okhttp/5.1.0', writes: html, ambiguous: quoteWins },
  'axios with form-data from 4.0.6': { agent: 'axios/1.13.0', writes: html, ambiguous: quoteWins },
  'curl from 7.81': { agent: 'curl/7.88.1', writes: html, ambiguous: digitsWin },
  'curl before 7.81, or with --form-escape': { agent: 'curl/7.74.0', writes: escaped },
  Go: { agent: 'Go-http-client/1.1', writes: escaped },
  'Apache HttpClient': { agent: 'Apache-HttpClient/5.5', writes: escaped },
  'aiohttp with quote_fields=False': { agent: 'Python/3.13 aiohttp/3.14.5', writes: escaped, ambiguous: quoteWins },
  aiohttp: {
    agent: 'Python/3.13 aiohttp/3.14.5',
    writes: (name) => disposition(encodeURIComponent(name).replaceAll("'", '%27')),
  },
  '.NET': {
    writes: (name) => `form-data; name=file; filename=${dotNet(name)}; filename*=${extended(name)}`,
    ambiguous: { [quote]: undefined },
  },
  'PowerShell, of which some versions write no filename*': {
    agent: 'Mozilla/5.0 (Windows NT 10.0; Microsoft Windows 10.0.26100; en-US) PowerShell/7.4.0',
    writes: (name) => `form-data; name=file; filename=${dotNet(name)}`,
    ambiguous: { [quote]: undefined },
  },
  Postman: {
    agent: 'PostmanRuntime/7.43.0',
    writes: (name) => disposition(name, isAscii(name) ? '' : `;filename*=UTF-8''${encodeURIComponent(name)}`),
  },
  'PHP and others that escape nothing': { writes: raw },
};

for (const [client, { agent, boundary, writes, ambiguous = {} }] of Object.entries(clients))
  describe(`a form that ${client} writes`, () => {
    for (const name of [...names, quote, percent]) {
      const expected = name in ambiguous ? ambiguous[name] : name;
      if (expected === undefined) continue;
      it(`has the file ${expected}`, async () => {
        const found = await filesOf(formOf(partOf(writes(name))), { agent, boundary });
        assert.deepEqual(found, [[expected, 'content']]);
      });
    }
  });

const file = (filename: string) => partOf(disposition(filename));
const latin1 = (text: string) => Buffer.from(text, 'latin1');

/** Each is a form of one part, or some, and what is found in it: names with contents, or reasons. */
const forms: readonly [what: string, parts: readonly Buffer[], found: readonly [string, string][]][] = [
  [
    'filename* before filename',
    [partOf(disposition('b', '').replace('; filename', "; filename*=UTF-8''a; filename"))],
    [['a', 'content']],
  ],
  ['filename* behind filename', [partOf(disposition('b', "; filename*=UTF-8'en'%D7%90"))], [['א', 'content']]],
  ['filename* alone', [partOf("form-data; name=x; filename*=utf-8''%e2%82%ac")], [['€', 'content']]],
  ['filename* in Latin-1', [partOf(disposition('b', "; filename*=iso-8859-1''caf%E9"))], [['café', 'content']]],
  ['filename* of no charset that is known', [partOf(disposition('b', "; filename*=mine''b"))], [['NAME_INVALID', 'b']]],
  [
    'filename* whose bytes are not in its charset',
    [partOf(disposition('b', "; filename*=utf-8''%ff"))],
    [['NAME_INVALID', 'b']],
  ],
  ['filename* that is none, beside a filename', [partOf(disposition('b', '; filename*=a b'))], [['b', 'content']]],
  ['filename* that is none, alone', [partOf('form-data; name=x; filename*=a b')], [['NAME_INVALID', 'a b']]],
  [
    'a name in pieces (RFC 2231)',
    [partOf("form-data; name=x; filename*0*=utf-8''a; filename*1=b")],
    [['NAME_INVALID', '']],
  ],
  ['encoded words (RFC 2047)', [file('=?utf-8?Q?caf=C3=A9_?= =?iso-8859-1?B?6Q==?=')], [['café é', 'content']]],
  ['an encoded word of another charset', [file('=?windows-1255?B?+ezl7Q==?=')], [['שלום', 'content']]],
  ['an encoded word that is not in its charset', [file('=?utf-8?B?/w==?=')], [['NAME_INVALID', '=?utf-8?B?/w==?=']]],
  ['what is no encoded word', [file('=?a?=')], [['=?a?=', 'content']]],
  ['Latin-1 bytes', [file('caf\xe9')], [['NAME_INVALID', 'caf\ufffd']]],
  [
    'bytes of the charset that _charset_ names',
    [partOf('form-data; name="_charset_"', '', 'windows-1255'), file('\xf9\xec\xe5\xed')],
    [['שלום', 'content']],
  ],
  [
    'bytes that are not of the charset that _charset_ names',
    [partOf('form-data; name=_charset_', '', 'x-mine'), file('a')],
    [['NAME_INVALID', 'a']],
  ],
  [
    'a path of Windows',
    [file('C:\\dir\\a.txt'), file('\\\\server\\a'), file('a\\')],
    [
      ['C:\\dir\\a.txt', 'content'],
      ['\\server\\a', 'content'],
      ['a\\', 'content'],
    ],
  ],
  ['a path in a folder', [file('folder/a.txt')], [['folder/a.txt', 'content']]],
  ['white space around all', [partOf('\tform-data ;  NAME = file ;FileName="a" ; ')], [['a', 'content']]],
  ['a name without quotes', [partOf('form-data; name=file; filename=a b.txt ; x=y')], [['a b.txt', 'content']]],
  ['a header of several lines', [partOf('form-data;\r\n name="file";\r\n\tfilename="a"')], [['a', 'content']]],
  ['a name that comes twice', [partOf(disposition('a', '; filename="b"'))], [['REQUEST_INVALID', '']]],
  [
    'a header that comes twice',
    [partOf(disposition('a'), `Content-Disposition: ${disposition('b')}`)],
    [['REQUEST_INVALID', '']],
  ],
  ['a quote that is not closed', [partOf('form-data; name="file"; filename="a')], [['REQUEST_INVALID', '']]],
  ['a quote with a semicolon behind it, from whoever escapes nothing', [file('a"; b.txt')], [['REQUEST_INVALID', '']]],
  ['a line that is no header', [partOf(disposition('a'), 'not a header')], [['REQUEST_INVALID', '']]],
  ['no headers', [Buffer.from('\r\ncontent')], [['REQUEST_INVALID', '']]],
  ['an attachment', [partOf('attachment; filename="a"')], [['REQUEST_INVALID', 'a']]],
  [
    'parts in a part',
    [partOf(disposition('a'), 'Content-Type: multipart/mixed; boundary=c')],
    [['REQUEST_INVALID', 'a']],
  ],
  ['Base64', [partOf(disposition('a'), 'Content-Transfer-Encoding: base64', 'YQ==')], [['REQUEST_INVALID', 'a']]],
  [
    'quoted-printable',
    [partOf(disposition('a'), 'content-transfer-encoding: Quoted-Printable', '=41')],
    [['REQUEST_INVALID', 'a']],
  ],
  [
    'encodings that change nothing',
    ['7bit', '8BIT', 'binary'].map((how) => partOf(disposition('a'), `Content-Transfer-Encoding: ${how}`)),
    Array(3).fill(['a', 'content']),
  ],
  ['compressed content', [partOf(disposition('a'), 'Content-Encoding: gzip')], [['REQUEST_INVALID', 'a']]],
  [
    'bytes without a file name',
    [
      partOf('form-data; name="x"', 'Content-Type: application/octet-stream'),
      partOf('form-data; name="x"', 'Content-Type: image/png'),
    ],
    Array(2).fill(['NAME_INVALID', '']),
  ],
  [
    'fields',
    [
      partOf('form-data; name="x"'),
      partOf('form-data; name="x"', 'Content-Type: text/plain; charset=utf-8'),
      partOf('form-data; name="x"', 'Content-Type: application/json', '{'),
      partOf('form-data; name="constructor"'),
      file('a'),
    ],
    [['a', 'content']],
  ],
  [
    'a field for files in which none was chosen',
    [partOf(disposition(''), 'Content-Type: application/octet-stream', ''), file('a')],
    [['a', 'content']],
  ],
  ['content without a name', [file('')], [['', '']]],
  ['an empty file', [partOf(disposition('a'), '', '')], [['a', '']]],
  [
    'two files of one name',
    [file('a'), file('a')],
    [
      ['a', 'content'],
      ['a', 'content'],
    ],
  ],
  [
    'bad ones among good ones',
    [file('a'), file('\xff'), file('b')],
    [
      ['a', 'content'],
      ['NAME_INVALID', '\ufffd'],
      ['b', 'content'],
    ],
  ],
  [
    'content that looks like boundaries',
    [partOf(disposition('a'), '', '\r\n-\r\n--\r\n--boundar\r\r\n--boundarx')],
    [['a', '\r\n-\r\n--\r\n--boundar\r\r\n--boundarx']],
  ],
];

describe('a form', () => {
  for (const [what, parts, found] of forms)
    it(`with ${what} is read the same however it is cut into chunks`, async () => {
      const form = formOf(...parts);
      for (const size of [form.length, 1, 7, 64]) assert.deepEqual(await filesOf(form, { size }), found);
    });

  it('may have something before it, behind it, and behind its boundaries', async () => {
    const form = latin1(`preamble\r\n--boundary  \r\n${file('a')}\r\n--boundary-- \r\nepilogue\r\n--boundary\r\n`);
    assert.deepEqual(await filesOf(form), [['a', 'content']]);
  });

  it('may tell its boundary in quotes', async () => {
    const content = formOf(file('a')).toString('latin1').replaceAll('boundary', 'a b');
    const form = new FormReader('Multipart/Form-Data; charset=utf-8; boundary="a b"', chunks(latin1(content)));
    for await (const { name } of filesIn(form, {})) assert.equal(name, 'a');
  });

  it('is never taken for a whole one, wherever it is cut off', async () => {
    const form = formOf(file('a'), file('b'));
    const whole = form.length - '\r\n'.length;
    for (let end = 0; end < whole; end++)
      await assert.rejects(filesOf(form.subarray(0, end)), /broke off/, `${end} bytes`);
    assert.equal((await filesOf(form.subarray(0, whole))).length, 2);
  });

  it('ends with headers that are too long', async () => {
    const long = partOf(disposition('a'), `X-Long: ${'x'.repeat(20_000)}`);
    await assert.rejects(filesOf(formOf(long)), /exceed 16384 bytes/);
  });

  for (const type of ['', 'application/json', 'multipart/mixed; boundary=b', 'multipart/form-data'])
    it(`is no form of the type ${JSON.stringify(type)}`, () =>
      assert.throws(() => new FormReader(type, chunks(Buffer.alloc(0))), /Content-Type/));

  it('continues after a part whose reader stopped halfway', async () => {
    const form = new FormReader(contentType, chunks(formOf(file('a'), file('b')), 3));
    const found: string[] = [];
    for await (const { name, content } of filesIn(form, {})) {
      found.push(name);
      // An abandoned read.
      void content[Symbol.asyncIterator]().next();
    }
    assert.deepEqual(found, ['a', 'b']);
  });
});

const contentType = 'multipart/form-data; boundary=boundary';

function partOf(contentDisposition: string, header = '', content = 'content'): Buffer {
  const bytes = Buffer.from(contentDisposition, /[^\0-\xff]/.test(contentDisposition) ? 'utf8' : 'latin1');
  const more = header === '' ? '' : `\r\n${header}`;
  return Buffer.concat([latin1('Content-Disposition: '), bytes, latin1(`${more}\r\n\r\n${content}`)]);
}

function formOf(...parts: readonly Buffer[]): Buffer {
  const delimited = parts.flatMap((part) => [latin1('--boundary\r\n'), part, latin1('\r\n')]);
  return Buffer.concat([...delimited, latin1('--boundary--\r\n')]);
}

async function* chunks(bytes: Buffer, size = bytes.length): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

interface FormOptions {
  readonly agent?: string | undefined;
  readonly boundary?: string | undefined;
  /** Bytes per chunk. */
  readonly size?: number;
}

/** Names and contents, or reasons and what is shown of the name. */
async function filesOf(
  form: Buffer,
  { agent, boundary = 'boundary', size }: FormOptions = {},
): Promise<[string, string][]> {
  const found: [string, string][] = [];
  const type = `multipart/form-data; boundary=${boundary}`;
  const bytes = latin1(form.toString('latin1').replaceAll('--boundary', `--${boundary}`));
  const headers = { 'content-type': type, ...(agent !== undefined && { 'user-agent': agent }) };
  for await (const { name, content, refusal } of filesIn(new FormReader(type, chunks(bytes, size)), headers)) {
    if (refusal instanceof FilemillError) found.push([refusal.reason, name]);
    else found.push([name, Buffer.concat(await Array.fromAsync(content)).toString('latin1')]);
  }
  return found;
}
