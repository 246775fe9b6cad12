import { mkdir, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { generate } from 'selfsigned';

export interface Pair {
  readonly cert: string;
  readonly key: string;
}

export interface Authority {
  readonly cert: string;
  /** Signs a certificate for these names, valid for a year unless it is to end earlier. */
  issue(names?: readonly string[], notAfterDate?: Date): Promise<Pair>;
}

const key = { keyType: 'ec', algorithm: 'sha256' } as const;

/** A CA of its own, whose certificates nobody else trusts. */
export async function makeAuthority(name: string): Promise<Authority> {
  const own = await generate([{ name: 'commonName', value: name }], {
    ...key,
    extensions: [
      { name: 'basicConstraints', cA: true, critical: true },
      { name: 'keyUsage', keyCertSign: true, critical: true },
    ],
  });
  return {
    cert: own.cert,
    async issue(names = ['localhost', '127.0.0.1'], notAfterDate = new Date(Date.now() + 365 * 86_400_000)) {
      const altNames = names.map((name) =>
        /^[\d.]+$|:/.test(name) ? { type: 7 as const, ip: name } : { type: 2 as const, value: name },
      );
      const made = await generate([{ name: 'commonName', value: names[0] ?? 'nobody' }], {
        ...key,
        notAfterDate,
        ca: { key: own.private, cert: own.cert },
        extensions: [
          { name: 'keyUsage', digitalSignature: true, critical: true },
          { name: 'extKeyUsage', serverAuth: true, clientAuth: true },
          { name: 'subjectAltName', altNames },
        ],
      });
      return { cert: made.cert, key: made.private };
    },
  };
}

/** Writes `NAME.pem` and `NAME-key.pem`, each by rename. @returns their paths */
export async function writePair(folder: string, name: string, { cert, key }: Pair): Promise<Pair> {
  const paths = { cert: join(folder, `${name}.pem`), key: join(folder, `${name}-key.pem`) };
  await writePem(paths.key, key);
  await writePem(paths.cert, cert);
  return paths;
}

export async function writePem(path: string, pem: string): Promise<string> {
  await mkdir(join(path, '..'), { recursive: true });
  await writeFile(`${path}.new`, pem, { mode: 0o600 });
  await rename(`${path}.new`, path);
  return path;
}
