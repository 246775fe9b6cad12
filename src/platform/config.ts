import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { snakeCase } from '#domain/file.ts';
import { ConfigError } from './config-error.ts';

export { ConfigError };

/**
 * Reads the settings: `maxFileSize` is the variable FILEMILL_MAX_FILE_SIZE. For secrets, `NAME_FILE` may name a file that
 * holds the value. An empty value counts as unset.
 *
 * @throws ConfigError that names every variable that is missing or wrong, and never shows its value
 */
export function readSettings<Shape extends z.ZodRawShape>(
  shape: Shape,
  env: NodeJS.ProcessEnv,
): z.infer<z.ZodObject<Shape>> {
  const values = Object.fromEntries(Object.keys(shape).map((key) => [key, readVariable(settingName(key), env)]));
  const parsed = z.object(shape).safeParse(values);
  if (parsed.success) return parsed.data;
  const problems = parsed.error.issues.map(({ path: [key = ''], message }) => {
    const name = settingName(String(key));
    return values[String(key)] === undefined ? `${name} is not set` : `${name}: ${message}`;
  });
  throw new ConfigError(problems.join('; '));
}

/** `FILEMILL_MAX_FILE_SIZE` for `maxFileSize`. */
export function settingName(key: string): string {
  return `FILEMILL_${snakeCase(key).toUpperCase()}`;
}

/** @throws ConfigError */
export function readVariable(name: string, env: NodeJS.ProcessEnv): string | undefined {
  const file = env[`${name}_FILE`];
  if (!file) return env[name] || undefined;
  if (env[name]) throw new ConfigError(`${name} and ${name}_FILE are both set: keep one`);
  try {
    return readFileSync(file, 'utf8').trim() || undefined;
  } catch (error) {
    throw new ConfigError(`${name}_FILE: cannot read ${file}`, { cause: error });
  }
}

/** A whole number between `min` and `max`. */
export function integer(min: number, max: number = Number.MAX_SAFE_INTEGER) {
  return z.coerce
    .number({ error: 'must be a number' })
    .int('must be a whole number')
    .min(min, `must be at least ${min}`)
    .max(max, `must be at most ${max}`);
}

/** `HOST:PORT`, `[IPV6]:PORT` or `unix:/PATH`. */
export const listenAddress = z
  .string()
  .regex(/^(unix:\/.+|\[[0-9a-f:]+\]:\d{1,5}|[^:\s]+:\d{1,5})$/i, 'must be HOST:PORT or unix:/PATH');

/** One listen address or more, separated by commas. */
export const listenAddresses = z
  .string()
  .transform((text) => text.split(',').map((address) => address.trim()))
  .pipe(z.array(listenAddress));

/** A gRPC target: a listen address, a name for the resolver such as `dns:///metadata:50052`, or `https://HOST:PORT` for TLS. */
export const grpcTarget = z
  .string()
  .min(1)
  .regex(/^(?!https?:\/\/)|^https:\/\/[^/\s@]+\/?$/i, 'must be HOST:PORT, https://HOST:PORT for TLS, or unix:/PATH');

const units: Readonly<Record<string, number>> = { '': 1, k: 2 ** 10, m: 2 ** 20, g: 2 ** 30, t: 2 ** 40 };

/** A number of bytes, with an optional binary unit: `1048576`, `512MiB`, `10g`. */
export const byteSize = z.string().transform((text, context) => {
  const [, digits, unit = ''] = /^(\d+)\s*(?:([kmgt])(?:i?b)?)?$/i.exec(text.trim()) ?? [];
  const bytes = Number(digits) * (units[unit.toLowerCase()] ?? Number.NaN);
  if (Number.isSafeInteger(bytes)) return bytes;
  context.addIssue({ code: 'custom', message: 'must be a size such as 512MiB or 10GiB' });
  return z.NEVER;
});

const secondsOf: Readonly<Record<string, number>> = {
  s: 1,
  m: 60,
  h: 3_600,
  d: 86_400,
  w: 7 * 86_400,
  y: 365 * 86_400,
};

/** A time span in seconds: `90m`, `7d`, `52w`, `1y` (365 days). */
export const timeSpan = z.string().transform((text, context) => {
  const [, digits, unit = ''] = /^(\d+)\s*([smhdwy])$/i.exec(text.trim()) ?? [];
  const seconds = Number(digits) * (secondsOf[unit.toLowerCase()] ?? Number.NaN);
  if (Number.isSafeInteger(seconds)) return seconds;
  context.addIssue({ code: 'custom', message: 'must be a time span such as 90m, 12h, 7d or 1y' });
  return z.NEVER;
});

/** Settings that every service has. */
export const commonSettings = {
  /** The least serious messages that are logged. */
  logLevel: z.enum(['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent']).default('info'),
  /** `pretty` for people, `json` for machines; by default whichever suits the output. */
  logFormat: z.enum(['pretty', 'json']).optional(),
  /** `failures` leaves out the lines for each file that is accepted or completed. */
  logFiles: z.enum(['all', 'failures']).default('all'),
  /** Where /livez, /readyz and /metrics answer. */
  opsListen: listenAddress.default('127.0.0.1:9090'),
} as const;
