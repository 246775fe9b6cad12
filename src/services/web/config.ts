import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { byteSize, commonSettings, grpcTarget, listenAddress, readConfig } from '#platform/config.ts';
import { ProxyRules } from '#platform/rpc/proxy.ts';
import { HostList } from './http/host-list.ts';
import { TrustedProxies } from './http/trusted-proxies.ts';

export interface WebConfig {
  readonly httpListen: string;
  readonly opsListen: string;
  /** Of its calls to the other services. */
  readonly proxies: ProxyRules;
  /** The public gRPC port, which forwards to everything else. */
  readonly uploadTarget: string;
  /** Bytes; told to clients before they send. The upload service is what refuses. */
  readonly maxFileSize: number;
  /** The names under which this server may be addressed. */
  readonly hosts: HostList;
  /** Which proxies are believed when they tell how they were addressed. */
  readonly trustedProxies: TrustedProxies;
  /** Under which clients reach this service, without a slash at its end, when somebody told. */
  readonly publicUrl: string | undefined;
  /** Under which others reach the public gRPC port, when somebody told. */
  readonly grpcAddress: string | undefined;
  /** What `npm run build:dashboard` made. */
  readonly dashboardDir: string;
  readonly log: { readonly level: string; readonly format: 'pretty' | 'json' | undefined };
}

const trustedProxies = z.string().transform((text, context) => {
  const parsed = TrustedProxies.parse(text);
  if (parsed !== undefined) return parsed;
  context.addIssue({ code: 'custom', message: 'must be loopback, addresses such as 10.0.0.0/8 with commas, or none' });
  return z.NEVER;
});

/** @throws ConfigError */
export function readWebConfig(env: NodeJS.ProcessEnv): WebConfig {
  const settings = readConfig(
    {
      ...commonSettings,
      FILEMILL_HTTP_LISTEN: listenAddress.default('127.0.0.1:8080'),
      FILEMILL_UPLOAD_TARGET: grpcTarget.default('127.0.0.1:50051'),
      FILEMILL_MAX_FILE_SIZE: byteSize.prefault('100GiB'),
      /** Further names, `NAME` or `NAME:PORT`, separated by commas: for a proxy or a cluster. */
      FILEMILL_HTTP_HOSTS: z.string().default(''),
      /** Addresses and ranges that proxies connect from, separated by commas; `loopback` is one of them. */
      FILEMILL_TRUSTED_PROXIES: trustedProxies.prefault('loopback'),
      /** `http://` or `https://`, host and path, for clients that take no relative `Location`. */
      FILEMILL_PUBLIC_HTTP: z
        .string()
        .regex(/^https?:\/\/[\w.:[\]-]+(?:\/[\w.~%-]+)*\/?$/i, 'must be http(s)://HOST[:PORT][/PATH]')
        .transform((url) => url.replace(/\/$/, ''))
        .optional(),
      /** `HOST:PORT` for the commands that the dashboard shows: behind a proxy the page cannot know it. */
      FILEMILL_PUBLIC_GRPC: z
        .string()
        .regex(/^([\w.-]+|\[[\da-f:]+\]):\d{1,5}$/i, 'must be HOST:PORT')
        .optional(),
      FILEMILL_DASHBOARD_DIR: z.string().default(fileURLToPath(new URL('../../../dashboard/dist', import.meta.url))),
    },
    env,
  );
  return {
    httpListen: settings.FILEMILL_HTTP_LISTEN,
    opsListen: settings.FILEMILL_OPS_LISTEN,
    proxies: ProxyRules.ofService(env),
    uploadTarget: settings.FILEMILL_UPLOAD_TARGET,
    maxFileSize: settings.FILEMILL_MAX_FILE_SIZE,
    hosts: HostList.of(settings.FILEMILL_HTTP_LISTEN, settings.FILEMILL_HTTP_HOSTS),
    trustedProxies: settings.FILEMILL_TRUSTED_PROXIES,
    publicUrl: settings.FILEMILL_PUBLIC_HTTP,
    grpcAddress: settings.FILEMILL_PUBLIC_GRPC,
    dashboardDir: settings.FILEMILL_DASHBOARD_DIR,
    log: { level: settings.FILEMILL_LOG_LEVEL, format: settings.FILEMILL_LOG_FORMAT },
  };
}
