import type { BinarySample } from './binary-sample.ts';
import { isBetween, u32be } from './bytes.ts';
import { contextTag, type Der, derChildren, derOf, objectId, tag } from './der.ts';
import { type Answer, among, type Detector, signature, when } from './detector.ts';

const key = 'application/x-x509-key';
const timestampReply = 'application/timestamp-reply';

/** Certificates, keys and signatures: ASN.1 structures, key stores, and messages of OpenPGP. */
export const certificates: readonly Detector[] = [
  ...among('\x30', asn1Type),
  ...when(
    'application/x-x509-ec-parameters',
    '\x06',
    ({ head, size }) => objectId(derOf(head, 0, size))?.startsWith('1.') === true && size <= 32,
  ),
  ...when('application/x-java-keystore', '\xfe\xed\xfe\xed', ({ head }) => isBetween(u32be(head, 4), 1, 2)),
  ...when('application/x-java-jce-keystore', '\xce\xce\xce\xce', ({ head }) => isBetween(u32be(head, 4), 1, 2)),
  ...signature('application/x-java-bks', '\0\0\0\x01\0\0\0\x14', '\0\0\0\x02\0\0\0\x14'),
  ...signature('application/x-gnupg-keybox', ['KBXf', 8]),
  ...signature('application/vnd.age', 'age-encryption.org/v1\n'),
  ...signature('application/x-keepass2', '\x03\xd9\xa2\x9a\x67\xfb\x4b\xb5', '\x03\xd9\xa2\x9a\x66\xfb\x4b\xb5'),
  ...signature('application/x-keepass', '\x03\xd9\xa2\x9a\x65\xfb\x4b\xb5'),
  ...signature('application/x-openssl-encrypted', 'Salted__'),
  ...when('application/x-kerberos-keytab', ['\x05\x02\0\0'], ({ head, size }) => isBetween(u32be(head, 2), 10, size)),
];

const pkcs7 = '1.2.840.113549.1.7.';
const smime = '1.2.840.113549.1.9.16.1.';
const signedData = `${pkcs7}2`;

/** Types by how their parts begin, without looking into them: `S` a sequence, `I` an integer and so on. */
const shapes: readonly (readonly [shape: RegExp, mime: string | ((parts: readonly Der[]) => Answer)])[] = [
  [/^O0?$/, contentType],
  [/^ISS?$/, personalExchangeType],
  [/^ISB0?1?$/, 'application/pkcs8'],
  [/^I{9}$/, key],
  [/^I{6}$/, key],
  [/^IB0?1?$/, key],
  [/^III$/, 'application/x-x509-dsa-parameters'],
  [/^SSb0?$/, signedType],
  [/^Sb$/, ([algorithm]) => (startsWithId(algorithm) ? key : undefined)],
  [/^SB$/, ([algorithm]) => (startsWithId(algorithm) ? 'application/pkcs8-encrypted' : undefined)],
  [
    /^IS(?:O|I|T|0)*$/,
    ([, imprint]) => (shapeOf(derChildren(imprint)) === 'SB' ? 'application/timestamp-query' : undefined),
  ],
  [
    /^E0?$/,
    ([, bytes]) =>
      bytes === undefined || objectId(first(derChildren(first(derChildren(bytes)))))
        ? 'application/ocsp-response'
        : undefined,
  ],
  [
    /^SS$/,
    ([status, token]) =>
      isStatus(status) && objectId(first(derChildren(token))) === signedData ? timestampReply : undefined,
  ],
  [/^S0?$/, ([only]) => requestType(only)],
  [/^II$/, key],
];

async function asn1Type({ head, size, extension }: BinarySample): Promise<Answer> {
  const whole = derOf(head, 0, size);
  if (whole === undefined || !(await endsThere(whole, size, head))) return undefined;
  const parts = derChildren(whole);
  const shape = shapeOf(parts);
  for (const [pattern, answer] of shapes) {
    const mime = pattern.test(shape) ? (typeof answer === 'string' ? answer : answer(parts)) : undefined;
    if (mime !== undefined) return byExtension(mime, extension);
  }
  return isDeep(whole) ? 'application/x-asn1' : undefined;
}

/** Files of different purposes that have the same structure. */
function byExtension(mime: string, extension: string): string {
  if (mime === 'application/x-pkcs7-certificates' && extension === 'p7c') return 'application/pkcs7-mime';
  if (mime === 'application/x-pkcs7-certificates' && extension === 'p7r') return 'application/x-pkcs7-certreqresp';
  return mime === 'application/pkcs7-mime' && extension === 'p7s' ? 'application/pkcs7-signature' : mime;
}

/** Line ends and zeros may follow, as may anything behind a length that is not given. */
async function endsThere({ end }: Der, size: number, head: Buffer): Promise<boolean> {
  if (Number.isNaN(end)) return true;
  return (
    end === size || (end < size && size - end <= 16 && head.subarray(end).every((byte) => [0, 10, 13].includes(byte)))
  );
}

const letters: Readonly<Record<number, string>> = {
  [tag.integer]: 'I',
  [tag.bitString]: 'b',
  [tag.octetString]: 'B',
  [tag.constructedOctetString]: 'B',
  [tag.objectId]: 'O',
  [tag.enumerated]: 'E',
  [tag.sequence]: 'S',
  [tag.boolean]: 'T',
  [tag.utcTime]: 't',
  [tag.generalizedTime]: 't',
  [contextTag(0)]: '0',
  [contextTag(1)]: '1',
  129: '1',
};

function shapeOf(parts: readonly Der[]): string {
  return parts.map((part) => letters[part.tag] ?? '?').join('');
}

function first(parts: readonly Der[]): Der | undefined {
  return parts[0];
}

function startsWithId(sequence: Der | undefined): boolean {
  return objectId(first(derChildren(sequence))) !== undefined;
}

function isStatus(sequence: Der | undefined): boolean {
  return first(derChildren(sequence))?.tag === tag.integer;
}

/** PKCS #7 and its successor: the type of the content, and the content. Source: RFC 5652. */
function contentType([id, explicit]: readonly Der[]): Answer {
  const type = objectId(id);
  if (type === `${smime}31`) return 'application/timestamped-data';
  if (type === undefined || !(type.startsWith(pkcs7) || type.startsWith(smime))) return undefined;
  if (type !== signedData) return 'application/pkcs7-mime';
  const parts = derChildren(first(derChildren(explicit)));
  const inner = derChildren(parts[2]);
  const content = objectId(inner[0]);
  if (content === `${smime}4`) return timestampReply;
  if (content === '1.3.6.1.4.1.311.10.1') return 'application/vnd.ms-pki.seccat';
  if (inner.length > 1) return 'application/pkcs7-mime';
  // Without content: a signature of something else, or, without signatures, a bag of certificates.
  const signers = parts.at(-1);
  const isBag = signers?.tag === tag.set && derChildren(signers).length === 0;
  return isBag ? 'application/x-pkcs7-certificates' : 'application/pkcs7-signature';
}

/** Source: RFC 7292. */
function personalExchangeType([version, content]: readonly Der[]): Answer {
  const isVersion = version?.length === 1;
  const type = objectId(first(derChildren(content)));
  return isVersion && type?.startsWith(pkcs7) === true ? 'application/x-pkcs12' : undefined;
}

/** Certificates, requests for them, and lists of those revoked. Source: RFC 5280 and 2986. */
function signedType([content]: readonly Der[]): Answer {
  const shape = shapeOf(derChildren(content));
  if (/^0?ISSSSS/.test(shape)) return 'application/pkix-cert';
  if (/^I?SSt/.test(shape)) return 'application/pkix-crl';
  return /^ISS0?$/.test(shape) ? 'application/pkcs10' : undefined;
}

/** A list of requests, each with a hash and names of a certificate. Source: RFC 6960. */
function requestType(content: Der | undefined): Answer {
  const list = derChildren(content).find((part) => part.tag === tag.sequence);
  const request = first(derChildren(list));
  const certificate = first(derChildren(request));
  return /^SBBI/.test(shapeOf(derChildren(certificate))) ? 'application/ocsp-request' : undefined;
}

/** Whether it consists of structures through and through, at least as far as it was read. */
function isDeep(whole: Der): boolean {
  const parts = derChildren(whole);
  return parts.length > 1 && parts.every((part) => letters[part.tag] !== undefined) && parts.at(-1)?.end === whole.end;
}
