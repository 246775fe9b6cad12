import { createPrivateKey, randomBytes, X509Certificate } from 'node:crypto';
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { generate } from 'selfsigned';
import { problemOfPath } from '#platform/problem-of-path.ts';
import { SetupError } from '../setup-error.ts';

/** Paths of PEM files. */
export interface LocalCertificate {
  /** What clients have to trust. */
  readonly ca: string;
  readonly cert: string;
  readonly key: string;
}

const dayMs = 24 * 60 * 60 * 1_000;
const authorityMs = 10 * 365 * dayMs;
const certificateMs = 365 * dayMs;

/** A certificate with less time left is made anew. */
const renewalMs = 30 * dayMs;

const kind = { keyType: 'ec', algorithm: 'sha256' } as const;

/**
 * A certificate for this machine's loopback addresses, signed by a CA of its own that nobody trusts by itself. Both are kept
 * in the folder and renewed in time; the CA outlives its certificates, so that clients go on trusting.
 *
 * @throws SetupError when the folder cannot be used
 */
export async function localCertificate(folder: string): Promise<LocalCertificate> {
  const path = (name: string) => join(folder, name);
  const paths = { ca: path('ca.pem'), cert: path('server.pem'), key: path('server-key.pem') };
  try {
    await mkdir(folder, { recursive: true, mode: 0o700 });
    const authority = await keptPair(paths.ca, path('ca-key.pem'), makeAuthority);
    await keptPair(paths.cert, paths.key, () => makeCertificate(authority), new X509Certificate(authority.cert));
    return paths;
  } catch (cause) {
    throw new SetupError(`The certificate in ${folder} cannot be kept: ${problemOfPath(cause)}.`, { cause });
  }
}

interface Pair {
  readonly cert: string;
  readonly key: string;
}

/** The pair in these files if it fits together and lasts, and otherwise a new one. */
async function keptPair(certPath: string, keyPath: string, make: () => Promise<Pair>, by?: X509Certificate) {
  const [cert = '', key = ''] = await Promise.all(
    [certPath, keyPath].map((path) => readFile(path, 'utf8').catch(none)),
  );
  if (lasts({ cert, key }, by)) return { cert, key };
  const made = await make();
  await writeWhole(keyPath, made.key, 0o600);
  await writeWhole(certPath, made.cert, 0o644);
  return made;
}

function none(error: NodeJS.ErrnoException): string {
  if (error.code === 'ENOENT') return '';
  throw error;
}

/** Whether the pair is whole, is signed by `by` if that is given, and need not be renewed yet. */
function lasts({ cert, key }: Pair, by: X509Certificate | undefined): boolean {
  try {
    const parsed = new X509Certificate(cert);
    const signed = by === undefined || parsed.verify(by.publicKey);
    return (
      signed && parsed.checkPrivateKey(createPrivateKey(key)) && Date.parse(parsed.validTo) - Date.now() > renewalMs
    );
  } catch {
    return false;
  }
}

async function makeAuthority(): Promise<Pair> {
  // Certificates of one name and different keys would confuse clients that trust several of them.
  const name = `Filemill local CA of ${hostname()} ${randomBytes(4).toString('hex')}`;
  const made = await generate([{ name: 'commonName', value: name }], {
    ...kind,
    notAfterDate: new Date(Date.now() + authorityMs),
    extensions: [
      { name: 'basicConstraints', cA: true, pathLenConstraint: 0, critical: true },
      { name: 'keyUsage', keyCertSign: true, cRLSign: true, critical: true },
    ],
  });
  return { cert: made.cert, key: made.private };
}

async function makeCertificate(authority: Pair): Promise<Pair> {
  const made = await generate([{ name: 'commonName', value: 'localhost' }], {
    ...kind,
    ca: authority,
    notAfterDate: new Date(Date.now() + certificateMs),
    extensions: [
      { name: 'basicConstraints', cA: false, critical: true },
      { name: 'keyUsage', digitalSignature: true, critical: true },
      { name: 'extKeyUsage', serverAuth: true },
      {
        name: 'subjectAltName',
        altNames: [
          { type: 2, value: 'localhost' },
          { type: 7, ip: '127.0.0.1' },
          { type: 7, ip: '::1' },
        ],
      },
    ],
  });
  return { cert: made.cert, key: made.private };
}

async function writeWhole(path: string, pem: string, mode: number): Promise<void> {
  await writeFile(`${path}.new`, pem, { mode });
  await rename(`${path}.new`, path);
}
