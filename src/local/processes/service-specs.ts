import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { isUnknown } from '#platform/known-settings.ts';
import type { AccessSecrets } from '../access-secrets.ts';
import type { ServiceUrls } from '../postgres/embedded-postgres.ts';
import type { LocalCertificate } from '../tls/local-certificate.ts';
import type { ServiceName, ServiceSpec } from './service-child.ts';

export interface StackSettings {
  readonly grpcListen: string;
  readonly httpListen: string;
  readonly databaseUrls: ServiceUrls;
  /** A URL, or `none`. */
  readonly redisUrl: string;
  readonly storageDir: string;
  readonly socketFolder: string;
  /** Callers need a token if set. */
  readonly access: AccessSecrets | undefined;
  /** The public ports speak TLS if set. */
  readonly tls: LocalCertificate | undefined;
  readonly workers: number;
  readonly threadsPerWorker: number;
  readonly logLevel: string;
  /** What users of this machine type for `filemill`. */
  readonly command: string;
}

/** Describes the five services: the public ports, and everything else on sockets. */
export function serviceSpecs(settings: StackSettings): readonly ServiceSpec[] {
  const socket = (name: string) => `unix:${join(settings.socketFolder, `${name}.sock`)}`;
  const targets = { FILEMILL_METADATA_TARGET: socket('metadata'), FILEMILL_RESULT_TARGET: socket('result') };
  const ofMetadata = { FILEMILL_DATABASE_URL: settings.databaseUrls.metadata };
  const ofResult = { FILEMILL_DATABASE_URL: settings.databaseUrls.result };
  const redis = { FILEMILL_REDIS_URL: settings.redisUrl };
  const storage = { FILEMILL_STORAGE_DIR: settings.storageDir };
  const threads = { FILEMILL_WORKER_THREADS: String(settings.threadsPerWorker) };
  const auth = settings.access && { FILEMILL_AUTH: 'required' };
  const secrets = settings.access && {
    FILEMILL_TOKEN_KEY: settings.access.tokenKey,
    FILEMILL_ADMIN_TOKEN: settings.access.adminToken,
  };
  const uploads = { ...redis, ...storage, ...auth };
  const listener = { ...listenerTls(settings), FILEMILL_WEB_TOKEN: randomBytes(32).toString('base64url') };
  const spec = (service: ServiceName, env: Record<string, string>, name: string = service): ServiceSpec => ({
    service,
    name,
    env: {
      FILEMILL_LOG_LEVEL: settings.logLevel,
      FILEMILL_LOG_FORMAT: 'json',
      FILEMILL_OPS_LISTEN: socket(`${name}-ops`),
      ...env,
    },
  });
  return [
    spec('metadata', { FILEMILL_GRPC_LISTEN: socket('metadata'), ...ofMetadata, ...redis, ...auth, ...secrets }),
    spec('result', { FILEMILL_GRPC_LISTEN: socket('result'), ...ofResult, ...storage, ...auth }),
    spec('upload', {
      FILEMILL_GRPC_LISTEN: `${socket('upload')},${settings.grpcListen}`,
      ...targets,
      ...uploads,
      ...listener,
    }),
    ...Array.from({ length: settings.workers }, (_, index) =>
      spec('worker', { ...targets, ...redis, ...storage, ...threads }, `worker-${index + 1}`),
    ),
    spec('web', {
      FILEMILL_HTTP_LISTEN: settings.httpListen,
      FILEMILL_UPLOAD_TARGET: socket('upload'),
      FILEMILL_PUBLIC_GRPC: `${settings.tls ? 'https://' : ''}${settings.grpcListen}`,
      FILEMILL_COMMAND: settings.command,
      ...auth,
      ...listener,
    }),
  ];
}

/** A certificate of this machine replaces the one that the environment names. */
function listenerTls({ tls }: StackSettings): Record<string, string> {
  return tls === undefined
    ? {}
    : { FILEMILL_TLS_CERT: tls.cert, FILEMILL_TLS_KEY: tls.key, FILEMILL_TLS_CLIENT_CA: '' };
}

/** The environment of a service: the inherited one without the secrets that are not its own, and its own settings. */
export function environmentOf({ service, env }: ServiceSpec, inherited: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const isForeign = (name: string) => {
    const owners = secretOwners[name.replace(/_FILE$/, '')];
    return owners !== undefined && !owners.includes(service);
  };
  return { ...Object.fromEntries(Object.entries(inherited).filter(([name]) => !isForeign(name))), ...env };
}

/** The services that may know a secret; FILEMILL_TOKEN is for clients. */
const secretOwners: Readonly<Record<string, readonly ServiceName[]>> = {
  FILEMILL_TOKEN: [],
  FILEMILL_TOKEN_KEY: ['metadata'],
  FILEMILL_WEB_TOKEN: ['upload', 'web'],
  FILEMILL_SERVICE_TOKEN: ['metadata', 'result', 'upload', 'worker'],
  FILEMILL_ADMIN_TOKEN: ['metadata'],
  FILEMILL_OIDC_CLIENT_SECRET: ['web'],
  FILEMILL_ADMIN_DATABASE_URL: [],
  FILEMILL_METADATA_DATABASE_URL: [],
  FILEMILL_RESULT_DATABASE_URL: [],
  FILEMILL_DATABASE_URL: ['metadata', 'result'],
  FILEMILL_DATABASE_LISTEN_URL: ['metadata'],
  FILEMILL_REDIS_URL: ['metadata', 'upload', 'worker'],
  AWS_ACCESS_KEY_ID: ['result', 'upload', 'worker'],
  AWS_SECRET_ACCESS_KEY: ['result', 'upload', 'worker'],
  AWS_SESSION_TOKEN: ['result', 'upload', 'worker'],
};

/**
 * Services inherit the user's environment without the `_FILE` variants of settings that are set here, without unknown
 * settings (`up` has warned of them), and without PG… variables, which would change connections to PostgreSQL.
 */
export function inheritedEnvironment(env: NodeJS.ProcessEnv, specs: readonly ServiceSpec[]): NodeJS.ProcessEnv {
  const fixed = new Set(specs.flatMap((spec) => Object.keys(spec.env)).map((name) => `${name}_FILE`));
  return Object.fromEntries(
    Object.entries(env).filter(([name]) => !fixed.has(name) && !isUnknown(name) && !/^PG[A-Z]+$/.test(name)),
  );
}
