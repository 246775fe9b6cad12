import { createSecureContext, getCACertificates, type SecureContext, type SecureContextOptions } from 'node:tls';
import { ConfigError } from '../config.ts';
import { type Duty, startDuty } from '../duty.ts';
import type { Logger } from '../logger.ts';
import { type PemFiles, readPemFiles } from './pem-files.ts';
import type { TlsSettings } from './settings.ts';

/** What a client needs for TLS. */
export interface ClientTls {
  /** Made anew when a file changes, so it is read for each connection. */
  readonly context: SecureContext;
}

/** A certificate with less time left than this is reported once a day. */
const renewalMs = 14 * 24 * 60 * 60 * 1_000;
const dayMs = 24 * 60 * 60 * 1_000;

/** Certificates are replaced by rename, by overwriting or by a folder link: comparing the content sees all of them. */
const lookEveryMs = 2_000;

/**
 * The certificates of this process, for its listener and for its calls to others. While the files are half written or do
 * not fit each other, the last good ones stay in use.
 */
export class Certificates implements ClientTls {
  readonly #settings: TlsSettings;
  readonly #listeners = new Set<() => void>();
  #files: PemFiles;
  #context: SecureContext | undefined;

  /** @throws ConfigError */
  constructor(settings: TlsSettings) {
    this.#settings = settings;
    this.#files = readPemFiles(settings);
  }

  /** What the listener serves; undefined when it speaks clear text. */
  get served(): SecureContextOptions | undefined {
    const { cert, key, clientCa } = this.#files;
    return cert === undefined ? undefined : { cert, key, ca: clientCa };
  }

  /** Whether clients of the listener must present a certificate. */
  get asksClients(): boolean {
    return this.#files.clientCa !== undefined;
  }

  get context(): SecureContext {
    const { cert, key, ca } = this.#files;
    this.#context ??= createSecureContext({ cert, key, ca: ca ?? systemAuthorities() });
    return this.#context;
  }

  get files(): PemFiles {
    return this.#files;
  }

  /** Calls `listener` whenever other certificates come into use. */
  onChange(listener: () => void): void {
    this.#listeners.add(listener);
  }

  /** Reads the files again. @returns whether they have changed @throws ConfigError, and keeps the last good ones */
  reload(): boolean {
    const files = readPemFiles(this.#settings);
    const changed = (['cert', 'key', 'clientCa', 'ca'] as const).some((name) => files[name] !== this.#files[name]);
    if (!changed) return false;
    this.#files = files;
    this.#context = undefined;
    for (const listener of this.#listeners) listener();
    return true;
  }
}

/** Those of the operating system; images without any use those that come with Node.js. NODE_EXTRA_CA_CERTS adds to both. */
function systemAuthorities(): string[] {
  const system = getCACertificates('system');
  return [...(system.length > 0 ? system : getCACertificates('bundled')), ...getCACertificates('extra')];
}

/** Takes new certificates into use without a restart, and warns before one expires. */
export function startCertificateWatch(certificates: Certificates, logger: Logger, everyMs = lookEveryMs): Duty {
  let trouble = '';
  let warnedAt = Number.NEGATIVE_INFINITY;
  announce(certificates, logger, 'certificate in use');
  const look = () => {
    try {
      const changed = certificates.reload();
      trouble = '';
      if (!changed) return;
      warnedAt = Number.NEGATIVE_INFINITY;
      announce(certificates, logger, 'new certificate in use');
    } catch (error) {
      if (!(error instanceof ConfigError)) throw error;
      if (error.message !== trouble) logger.error(`${error.message}. The last good certificates stay in use.`);
      trouble = error.message;
    }
  };
  const round = async () => {
    look();
    const leftMs = timeLeft(certificates);
    if (leftMs > renewalMs || performance.now() - warnedAt < dayMs) return everyMs;
    warnedAt = performance.now();
    warn(certificates, logger, leftMs);
    return everyMs;
  };
  return startDuty({ name: 'certificate watch', logger, round });
}

function announce({ files: { leaf } }: Certificates, logger: Logger, message: string): void {
  if (leaf !== undefined) logger.info({ subject: oneLine(leaf.subject), expires: leaf.validToDate }, message);
}

function warn({ files: { leaf } }: Certificates, logger: Logger, leftMs: number): void {
  const facts = { subject: oneLine(leaf?.subject ?? ''), expires: leaf?.validToDate };
  if (leftMs > 0) logger.warn(facts, `the certificate expires in ${Math.floor(leftMs / dayMs)} days: renew it`);
  else logger.error(facts, 'the certificate has expired, and clients refuse it: renew it');
}

function timeLeft({ files: { leaf } }: Certificates): number {
  return leaf === undefined ? Number.POSITIVE_INFINITY : leaf.validToDate.getTime() - Date.now();
}

function oneLine(subject: string): string {
  return subject.replaceAll('\n', ', ');
}
