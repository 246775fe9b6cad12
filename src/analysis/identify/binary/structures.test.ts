import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { describe, it } from 'node:test';
import { deflateRawSync, deflateSync, gzipSync } from 'node:zlib';
import { binarySampleOf } from '#test/support/binary-sample.ts';
import { identifyBinary } from './identify-binary.ts';

const unknown = 'application/octet-stream';

/** What is made here, its type, and its extension where that matters. */
type Case = readonly [what: string, content: Buffer, type: string, extension?: string];

const object = {
  signedData: der(0x06, '2a864886f70d010702'),
  data: der(0x06, '2a864886f70d010701'),
  enveloped: der(0x06, '2a864886f70d010703'),
  timestamp: der(0x06, '2a864886f70d0109100104'),
  timestamped: der(0x06, '2a864886f70d010910011f'),
  sha256: der(0x06, '608648016503040201'),
  rsa: der(0x06, '2a864886f70d010101'),
  ocspBasic: der(0x06, '2b0601050507300101'),
};
const integer = (hex: string) => der(0x02, hex);
const octets = (hex: string) => der(0x04, hex);
const sequence = (...parts: Buffer[]) => der(0x30, ...parts);
const set = (...parts: Buffer[]) => der(0x31, ...parts);
const context = (number: number, ...parts: Buffer[]) => der(0xa0 + number, ...parts);
const time = der(0x17, Buffer.from('260101000000Z').toString('hex'));
const algorithm = sequence(object.sha256, der(0x05));
const bits = der(0x03, '00ff');
const name = sequence(set(sequence(der(0x06, '550403'), der(0x0c, '78'))));
const keyInfo = sequence(sequence(object.rsa, der(0x05)), bits);
const signer = sequence(integer('01'), name);

const rsa = generateKeyPairSync('rsa', { modulusLength: 1_024 });
const elliptic = generateKeyPairSync('ec', { namedCurve: 'prime256v1' });
const key = 'application/x-x509-key';

const certificates: readonly Case[] = [
  [
    'a certificate',
    signed(context(0, integer('02')), integer('05'), algorithm, name, sequence(time, time), name, keyInfo),
    'application/pkix-cert',
  ],
  [
    'a certificate of version 1',
    signed(integer('05'), algorithm, name, sequence(time, time), name, keyInfo),
    'application/pkix-cert',
  ],
  ['a list of revoked certificates', signed(integer('01'), algorithm, name, time, time), 'application/pkix-crl'],
  ['a request for a certificate', signed(integer('00'), name, keyInfo, context(0)), 'application/pkcs10'],
  [
    'a signature',
    pkcs7(integer('01'), set(algorithm), sequence(object.data), set(signer)),
    'application/pkcs7-signature',
  ],
  [
    'signed content',
    pkcs7(integer('01'), set(algorithm), sequence(object.data, context(0, octets('78'))), set(signer)),
    'application/pkcs7-mime',
  ],
  [
    'a bag of certificates',
    pkcs7(integer('01'), set(), sequence(object.data), context(0, keyInfo), set()),
    'application/x-pkcs7-certificates',
  ],
  [
    'enveloped content',
    sequence(object.enveloped, context(0, sequence(integer('00'), set()))),
    'application/pkcs7-mime',
  ],
  [
    'enveloped content of unknown length',
    indefinite(object.enveloped, context(0, sequence(integer('00')))),
    'application/pkcs7-mime',
  ],
  [
    'a time-stamp',
    pkcs7(integer('03'), set(algorithm), sequence(object.timestamp, context(0, octets('78'))), set(signer)),
    'application/timestamp-reply',
  ],
  [
    'a request for a time-stamp',
    sequence(integer('01'), sequence(algorithm, octets('78')), integer('07')),
    'application/timestamp-query',
  ],
  [
    'the answer to it',
    sequence(sequence(integer('00')), sequence(object.signedData, context(0))),
    'application/timestamp-reply',
  ],
  [
    'time-stamped data',
    sequence(object.timestamped, context(0, sequence(integer('01'), octets('78')))),
    'application/timestamped-data',
  ],
  [
    'a key with its certificate',
    sequence(integer('03'), sequence(object.data, context(0, octets('78'))), sequence(algorithm)),
    'application/x-pkcs12',
  ],
  [
    'a request for a status',
    sequence(sequence(sequence(sequence(sequence(algorithm, octets('01'), octets('02'), integer('03')))))),
    'application/ocsp-request',
  ],
  [
    'the status',
    sequence(der(0x0a, '00'), context(0, sequence(object.ocspBasic, octets('78')))),
    'application/ocsp-response',
  ],
  ['an RSA key', rsa.privateKey.export({ type: 'pkcs1', format: 'der' }), key],
  ['an RSA public key', rsa.publicKey.export({ type: 'pkcs1', format: 'der' }), key],
  ['a public key', rsa.publicKey.export({ type: 'spki', format: 'der' }), key],
  ['an elliptic key', elliptic.privateKey.export({ type: 'sec1', format: 'der' }), key],
  ['a key of PKCS #8', rsa.privateKey.export({ type: 'pkcs8', format: 'der' }), 'application/pkcs8'],
  [
    'a key with a password',
    rsa.privateKey.export({ type: 'pkcs8', format: 'der', cipher: 'aes-128-cbc', passphrase: 'x' }),
    'application/pkcs8-encrypted',
  ],
  ['other structures', sequence(time, sequence(bits), integer('01')), 'application/x-asn1'],
  [
    'a certificate that is cut off',
    signed(integer('05'), algorithm, name, sequence(time, time), name, keyInfo).subarray(0, -1),
    unknown,
  ],
  ['what is no structure', Buffer.from('300a00010203040506070809', 'hex'), unknown],
];

const packets: readonly Case[] = [
  [
    'a public key of OpenPGP',
    Buffer.concat([packet(6, '04650000000108'.padEnd(40, '0')), packet(13, '78')]),
    'application/pgp-keys',
  ],
  [
    'a message for a key',
    Buffer.concat([packet(1, `03${'11'.repeat(8)}01`), packet(18, '01ff')]),
    'application/pgp-encrypted',
  ],
  [
    'a message with a password',
    Buffer.concat([packet(3, '04090308'), packet(18, '01ff')]),
    'application/pgp-encrypted',
  ],
  ['a signature of OpenPGP', packet(2, '04000108ffff'), 'application/pgp-signature'],
  [
    'a compressed message',
    Buffer.concat([Buffer.from('a301', 'hex'), deflateRawSync(packet(11, '6200'))]),
    'application/pgp-encrypted',
  ],
  ['a packet of a kind that begins nothing', packet(13, '787878'), unknown],
];

const others: readonly Case[] = [
  ['zlib data', deflateSync(Buffer.alloc(500, 'data')), 'application/zlib'],
  ['stored zlib data', deflateSync(Buffer.alloc(500, 'data'), { level: 0 }), 'application/zlib'],
  ['what has the header of zlib', Buffer.from('789c0102030405060708', 'hex'), unknown],
  ['a compressed spreadsheet', gzipSync('<?xml version="1.0"?>\n<gnm:Workbook>'), 'application/x-gnumeric'],
  ['the same, named as a compressed file', gzipSync('<?xml version="1.0"?>\n<gnm:Workbook>'), 'application/gzip', 'gz'],
  ['LZMA data', Buffer.from('5d00008000ffffffffffffffff0024', 'hex'), 'application/x-lzma'],
  ['a table of dBASE', dbf({ sum: 11 }), 'application/vnd.dbf'],
  ['a table of dBASE whose fields do not add up', dbf({ sum: 12 }), unknown],
  [
    'the memo of FoxPro',
    Buffer.concat([Buffer.from([0, 0, 0, 9, 0, 0, 0, 64]), Buffer.alloc(504), Buffer.alloc(64, 'memo')]),
    'application/x-fpt',
  ],
  ['triangles', Buffer.concat([Buffer.alloc(80), Buffer.from([2, 0, 0, 0]), Buffer.alloc(100)]), 'model/stl'],
  [
    'frames of MPEG',
    Buffer.alloc(417 * 3, Buffer.concat([Buffer.from('fffb9000', 'hex'), Buffer.alloc(413)])),
    'audio/mpeg',
  ],
  ['one frame of MPEG in other data', Buffer.concat([Buffer.from('fffb9000', 'hex'), Buffer.alloc(900, 1)]), unknown],
  [
    'a tag and frames of MPEG',
    Buffer.concat([Buffer.from('ID3\x03\0\0\0\0\0\x0a'), Buffer.alloc(10), Buffer.from('fffb9000', 'hex')]),
    'audio/mpeg',
  ],
  [
    'a transport stream',
    Buffer.alloc(188 * 5, Buffer.concat([Buffer.from('47000010', 'hex'), Buffer.alloc(184, 0xff)])),
    'video/mp2t',
  ],
  ['a metafile that is not placed', Buffer.from('010009000003120000000000050000000000', 'hex'), 'image/wmf'],
  ['a PCX image', pcx(), 'image/vnd.zbrush.pcx'],
  ['a wireless bitmap', Buffer.concat([Buffer.from([0, 0, 9, 3]), Buffer.alloc(6, 0xaa)]), 'image/vnd.wap.wbmp'],
  [
    'elements of DICOM',
    Buffer.from(
      `0800050043530a0049534f5f495220313030${'0800160055490e00312e322e3834302e313030303800'}${'0800180055490200312e'}0800600043530200435420`,
      'hex',
    ),
    'application/dicom',
  ],
  [
    'a matrix of MATLAB 4',
    Buffer.concat([Buffer.from('00000000020000000200000000000000020000006100', 'hex'), Buffer.alloc(32)]),
    'application/x-matlab-data',
  ],
  [
    'data of Stata 10',
    Buffer.concat([Buffer.from('72020100010005000000', 'hex'), Buffer.alloc(200)]),
    'application/x-stata-dta',
  ],
  ['a header of ar', Buffer.from('!<arch>\ndebian-binary   '), 'application/vnd.debian.binary-package'],
  ['an old tar archive', tar(), 'application/x-tar'],
  [
    'a disk of Apple',
    Buffer.concat([Buffer.alloc(600, 7), Buffer.alloc(512, Buffer.from(`koly${'\0'.repeat(508)}`))]),
    'application/x-apple-diskimage',
  ],
  ['a program of Windows', program('PE\0\0'), 'application/vnd.microsoft.portable-executable'],
  ['a program of MS-DOS', program('none'), 'application/x-dosexec'],
  ['SQLite', sqlite(0), 'application/vnd.sqlite3'],
  ['a GeoPackage', sqlite(0x47504b47), 'application/geopackage+sqlite3'],
  ['a property list', Buffer.from('bplist00\xd1\x01\x02'), 'application/x-bplist'],
  ['a web archive', Buffer.from('bplist00\xd1\x01\x02_\x10\x0fWebMainResource'), 'application/x-webarchive'],
  ['a notebook section', Buffer.from('e4525c7b8cd8a74daeb15378d02996d30000', 'hex'), 'application/onenote'],
  ['a compressed stream, by its name', Buffer.from('1b3f00f8a5d1ee', 'hex'), 'application/x-brotli', 'br'],
];

describe('the type of a file', () => {
  for (const [what, content, type, extension = ''] of [...certificates, ...packets, ...others])
    it(`is ${type} for ${what}`, async () => {
      assert.equal((await identifyBinary(binarySampleOf(content, extension))).mime, type);
    });

  it('is the mere signature, without a look at the content, for common images', async () => {
    for (const [start, mime] of [
      ['\x89PNG\r\n\x1a\n\0\0\0\x0dIHDR', 'image/png'],
      ['\xff\xd8\xff\xe0\0\x10JFIF', 'image/jpeg'],
      ['GIF89a\x01\0', 'image/gif'],
    ] as const) {
      const sample = binarySampleOf(Buffer.from(start, 'latin1'));
      assert.deepEqual(await identifyBinary(sample), { mime, detectedBy: 'signature', confidence: 'certain' });
    }
  });
});

/** An element of ASN.1: its tag, and its content as hexadecimal digits or elements. */
function der(tag: number, ...content: (Buffer | string)[]): Buffer {
  const bytes = Buffer.concat(content.map((part) => (typeof part === 'string' ? Buffer.from(part, 'hex') : part)));
  const length = bytes.length < 128 ? [bytes.length] : [0x82, bytes.length >> 8, bytes.length & 0xff];
  return Buffer.concat([Buffer.from([tag, ...length]), bytes]);
}

function indefinite(...content: Buffer[]): Buffer {
  return Buffer.concat([Buffer.from('3080', 'hex'), ...content, Buffer.alloc(2)]);
}

/** What is signed, the algorithm and the signature. */
function signed(...content: Buffer[]): Buffer {
  return sequence(sequence(...content), algorithm, bits);
}

function pkcs7(...content: Buffer[]): Buffer {
  return sequence(object.signedData, context(0, sequence(...content)));
}

/** In the format with six bits for the kind. */
function packet(kind: number, content: string): Buffer {
  return Buffer.concat([Buffer.from([0xc0 + kind, content.length / 2]), Buffer.from(content, 'hex')]);
}

/** One field of ten characters. */
function dbf({ sum }: { readonly sum: number }): Buffer {
  const header = Buffer.alloc(65);
  header.set([3, 126, 1, 31, 1, 0, 0, 0, 65, 0, sum, 0]);
  header.write('NAME', 32);
  header.write('C', 43);
  header.writeUInt8(10, 48);
  header.writeUInt8(0x0d, 64);
  return Buffer.concat([header, Buffer.from(' some words\x1a')]);
}

function pcx(): Buffer {
  const header = Buffer.alloc(140);
  header.set([10, 5, 1, 8, 0, 0, 0, 0, 7, 0, 7, 0]);
  header.set([0, 3, 8, 0], 64);
  return header;
}

/** Without the mark that newer archives have. */
function tar(): Buffer {
  const header = Buffer.alloc(1_024);
  header.write('words.txt');
  header.write('0000644\0', 100);
  header.write('        ', 148);
  const sum = header.subarray(0, 512).reduce((total, byte) => total + byte, 0);
  header.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148);
  return header;
}

function program(mark: string): Buffer {
  const header = Buffer.alloc(200);
  header.write('MZ\x90\0\x03\0\0\0', 'latin1');
  header.writeUInt32LE(128, 60);
  header.write(mark, 128, 'latin1');
  return header;
}

function sqlite(application: number): Buffer {
  const header = Buffer.alloc(100);
  header.write('SQLite format 3\0');
  header.writeUInt32BE(application, 68);
  return header;
}
