import { certain, type Guess, likely, type Page, possible } from './reading.ts';

const boundary = /^-----BEGIN ([A-Z\d .#]{2,60})-----\s*$/m;

/** The types of what is between such lines (RFC 7468, RFC 9580), by their label. */
const labels: readonly (readonly [RegExp, string])[] = [
  [/^PGP (?:PUBLIC|PRIVATE|SECRET) KEY BLOCK/, 'application/pgp-keys'],
  [/^PGP SIGN/, 'application/pgp-signature'],
  [/^PGP MESSAGE/, 'application/pgp-encrypted'],
  [/^(?:X509 |TRUSTED )?CERTIFICATE$/, 'application/x-x509-ca-cert'],
  [/^(?:NEW )?CERTIFICATE REQUEST$/, 'application/pkcs10'],
  [/^X509 CRL$/, 'application/pkix-crl'],
  [/^(?:PKCS ?#?7(?: SIGNED DATA)?|CMS)$/, 'application/pkcs7-mime'],
  [/^ENCRYPTED PRIVATE KEY$/, 'application/pkcs8-encrypted'],
  [/^PRIVATE KEY$/, 'application/pkcs8'],
  [/^(?:OPENSSH|SSH2 ENCRYPTED) PRIVATE KEY$/, 'application/x-ssh-key'],
  [/ ?(?:PRIVATE|PUBLIC) KEY$/, 'application/x-pem-key'],
];

/** Keys, certificates and OpenPGP data in printable form. */
export function armour({ body, excerpt }: Page): Guess | undefined {
  if (!excerpt.includes('-----BEGIN ')) return undefined;
  const found = boundary.exec(excerpt);
  if (found === null) return undefined;
  const label = found[1] as string;
  const mime = labels.find(([pattern]) => pattern.test(label))?.[1] ?? 'application/x-pem-file';
  if (body.startsWith('-----BEGIN ')) return certain(mime);
  // OpenSSL may write what is in a certificate, or where it is from, before it.
  const isOfOpenssl = /^(?:Certificate(?: Request)?:|Bag Attributes|subject[ =:]|issuer[ =:]|#)/i.test(body);
  return isOfOpenssl ? likely(mime) : possible(mime);
}
