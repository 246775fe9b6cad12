import { createPrivateKey, X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { ConfigError, settingName } from '../config.ts';
import { problemOfPath } from '../problem-of-path.ts';
import type { TlsSettings } from './settings.ts';

/** The content of the files that the settings name, checked as a whole. */
export interface PemFiles {
  readonly cert: string | undefined;
  readonly key: string | undefined;
  readonly clientCa: string | undefined;
  readonly ca: string | undefined;
  /** The own certificate, parsed. */
  readonly leaf: X509Certificate | undefined;
}

/** @throws ConfigError that names the setting and the file, when one cannot be read or does not fit the others */
export function readPemFiles(settings: TlsSettings): PemFiles {
  refuseHalfPairs(settings);
  const cert = read('tlsCert', settings);
  const key = read('tlsKey', settings);
  const clientCa = read('tlsClientCa', settings);
  const ca = read('tlsCa', settings);
  const [leaf] = certificatesIn('tlsCert', cert, settings);
  certificatesIn('tlsClientCa', clientCa, settings);
  certificatesIn('tlsCa', ca, settings);
  if (leaf !== undefined && key !== undefined) requireMatch(leaf, key, settings);
  return { cert, key, clientCa, ca, leaf };
}

function refuseHalfPairs({ tlsCert, tlsKey, tlsClientCa }: TlsSettings): void {
  if ((tlsCert === undefined) !== (tlsKey === undefined))
    throw new ConfigError('FILEMILL_TLS_CERT and FILEMILL_TLS_KEY go together: set both, or neither');
  if (tlsClientCa !== undefined && tlsCert === undefined)
    throw new ConfigError(
      'FILEMILL_TLS_CLIENT_CA has no effect without TLS: set FILEMILL_TLS_CERT and FILEMILL_TLS_KEY',
    );
}

function read(setting: keyof TlsSettings, settings: TlsSettings): string | undefined {
  const path = settings[setting];
  if (path === undefined) return undefined;
  try {
    return readFileSync(path, 'utf8');
  } catch (cause) {
    throw problem(setting, settings, `cannot be read: ${problemOfPath(cause)}`, cause);
  }
}

/** Node.js would take a file that ends in the middle of its second certificate. */
function certificatesIn(setting: keyof TlsSettings, pem: string | undefined, settings: TlsSettings): X509Certificate[] {
  if (pem === undefined) return [];
  const blocks = pem.match(/-----BEGIN CERTIFICATE-----[^-]*-----END CERTIFICATE-----/g) ?? [];
  if (blocks.length === 0 || blocks.length !== pem.split('-----BEGIN CERTIFICATE-----').length - 1)
    throw problem(setting, settings, 'holds no certificate in PEM form, or ends in the middle of one');
  try {
    return blocks.map((block) => new X509Certificate(block));
  } catch (cause) {
    throw problem(setting, settings, 'holds a certificate that cannot be parsed', cause);
  }
}

function requireMatch(leaf: X509Certificate, key: string, settings: TlsSettings): void {
  let matches: boolean;
  try {
    matches = leaf.checkPrivateKey(createPrivateKey(key));
  } catch (cause) {
    throw problem('tlsKey', settings, 'holds no private key in PEM form without a passphrase', cause);
  }
  if (!matches) throw problem('tlsKey', settings, `does not belong to the certificate in ${settings.tlsCert}`);
}

function problem(setting: keyof TlsSettings, settings: TlsSettings, what: string, cause?: unknown): ConfigError {
  return new ConfigError(`${settingName(setting)}: ${settings[setting]} ${what}`, { cause });
}
