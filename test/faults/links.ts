import { join } from 'node:path';
import { mintToken, tokenText } from '#domain/token.ts';
import { Certificates } from '#platform/tls/certificates.ts';
import { makeAuthority, writePair, writePem } from '../support/certificates.ts';
import { freePort } from '../support/free-port.ts';

/** How the processes of a stack, and its clients, reach each other. */
export interface Links {
  /** Where a process listens. */
  listen(name: string): string;
  /** Where others reach it. */
  target(name: string): string;
  readonly settings: Readonly<Record<string, string>>;
  /** Those of the settings that say who may call. */
  readonly access: Readonly<Record<string, string>>;
  /** What clients need. */
  readonly client: { readonly authorization?: string; readonly tls?: Certificates };
  /** The CA that clients trust, in PEM. */
  readonly ca?: string;
}

/** Sockets, and no questions asked. */
export function plainLinks(folder: string): Links {
  const socket = (name: string) => `unix:${folder}/${name}`;
  return { listen: socket, target: socket, settings: {}, access: {}, client: {} };
}

/** Everything that ever listens in a stack, at the same time or not. */
const listeners = ['metadata', 'metadata-1', 'metadata-2', 'metadata-3', 'metadata-4', 'metadata-5', 'result'];
const publicListeners = ['upload', 'upload-2', 'web'];
/** They listen nowhere, but have the setting. */
const workers = ['worker-1', 'worker-2'];

/** As a system is exposed: TLS between all, and a token for every caller. */
export async function secureLinks(folder: string): Promise<Links> {
  const authority = await makeAuthority('the CA of this run');
  const pair = await writePair(folder, 'stack', await authority.issue());
  const ca = await writePem(join(folder, 'ca.pem'), authority.cert);
  const ports = new Map<string, number>();
  for (const name of [...listeners, ...publicListeners, ...workers]) ports.set(name, await freePort());
  const portOf = (name: string) => {
    const port = ports.get(name);
    if (port === undefined) throw new Error(`${name} has no port`);
    return port;
  };
  const adminToken = tokenText(mintToken());
  const access = {
    FILEMILL_AUTH: 'required',
    FILEMILL_TOKEN_KEY: 'a-key-for-a-run-of-faults-and-nothing-else',
    FILEMILL_ADMIN_TOKEN: adminToken,
  };
  return {
    listen: (name) => `127.0.0.1:${portOf(name)}`,
    target: (name) => `https://localhost:${portOf(name)}`,
    access,
    settings: {
      ...access,
      FILEMILL_TLS_CERT: pair.cert,
      FILEMILL_TLS_KEY: pair.key,
      FILEMILL_TLS_CA: ca,
    },
    client: { authorization: `Bearer ${adminToken}`, tls: new Certificates({ tlsCa: ca }) },
    ca: authority.cert,
  };
}
