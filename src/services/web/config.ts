import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { byteSize, commonSettings, grpcTarget, listenAddress, readSettings } from '#platform/config.ts';
import { exposureSettings, requireAuthentication } from '#platform/exposure.ts';
import { ProxyRules } from '#platform/rpc/proxy.ts';
import { tlsSettings } from '#platform/tls/settings.ts';
import { AllowedOrigins } from './http/cross-origin.ts';
import { HostList } from './http/origin-guard.ts';
import { TrustedProxies } from './http/trusted-proxies.ts';
import { signInConfig, signInSettings } from './sign-in/config.ts';

const trustedProxies = z.string().transform((text, context) => {
  const parsed = TrustedProxies.parse(text);
  if (parsed !== undefined) return parsed;
  context.addIssue({
    code: 'custom',
    message: 'must be loopback, comma-separated addresses such as 10.0.0.0/8, or none',
  });
  return z.NEVER;
});

const allowedOrigins = z.string().transform((text, context) => {
  const parsed = AllowedOrigins.parse(text);
  if (parsed !== undefined) return parsed;
  context.addIssue({
    code: 'custom',
    message:
      'must be comma-separated origins, without a path or *, such as https://app.example or http://127.0.0.1:3000',
  });
  return z.NEVER;
});

export const webSettings = {
  ...commonSettings,
  ...exposureSettings,
  ...tlsSettings,
  ...signInSettings,
  /** Where clients reach HTTP. */
  httpListen: listenAddress.default('127.0.0.1:8080'),
  /** The public gRPC port. */
  uploadTarget: grpcTarget.default('127.0.0.1:50051'),
  /** Bytes. Announced to clients; the upload service enforces it. */
  maxFileSize: byteSize.prefault('100GiB'),
  /** Further names of this server, `NAME` or `NAME:PORT`, separated by commas. */
  httpHosts: z.string().default(''),
  /** Addresses and ranges of proxies, separated by commas; `loopback` is one of them. */
  trustedProxies: trustedProxies.prefault('loopback'),
  /** Pages on these origins may use the API, with a token of their own. */
  allowedOrigins: allowedOrigins.optional(),
  /** The public base URL, for clients that reject a relative `Location`. */
  publicHttp: z
    .string()
    .regex(/^https?:\/\/[\w.:[\]-]+(?:\/[\w.~%-]+)*\/?$/i, 'must be http(s)://HOST[:PORT][/PATH]')
    .transform((url) => url.replace(/\/$/, ''))
    .optional(),
  /** `HOST:PORT`, or `https://HOST:PORT`, for the commands that the dashboard shows, which cannot know it behind a proxy. */
  publicGrpc: z
    .string()
    .regex(/^(https:\/\/)?([\w.-]+|\[[\da-f:]+\]):\d{1,5}$/i, 'must be HOST:PORT, or https://HOST:PORT for TLS')
    .optional(),
  /** What users type for `filemill`, in the commands that the dashboard shows. */
  command: z.string().min(1).max(500).default('npx filemill'),
  /** The output of `npm run build:dashboard`. */
  dashboardDir: z.string().default(fileURLToPath(new URL('../../../dashboard/dist', import.meta.url))),
  /** The output of `npm run build:docs`. */
  guideDir: z.string().default(fileURLToPath(new URL('../../../docs-site/dist', import.meta.url))),
} as const;

/** @throws ConfigError */
export function readWebConfig(env: NodeJS.ProcessEnv) {
  const settings = readSettings(webSettings, env);
  requireAuthentication(settings, settings.httpListen, 'FILEMILL_HTTP_LISTEN');
  const hosts = HostList.of(settings.httpListen, settings.httpHosts);
  return { ...settings, signIn: signInConfig(settings), hosts, proxies: ProxyRules.ofService(env) };
}
