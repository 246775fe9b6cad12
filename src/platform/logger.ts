import { type Logger, pino } from 'pino';
import pretty from 'pino-pretty';

export type { Logger };

/**
 * Structured logs on stderr: JSON, or readable lines on a terminal. Values that may hold credentials are redacted. Control
 * characters in what users send are escaped by JSON, and stripped by the pretty printer.
 */
export function createLogger(
  service: string,
  options: { readonly level: string; readonly format: 'pretty' | 'json' | undefined },
): Logger {
  const format = options.format ?? (process.stderr.isTTY ? 'pretty' : 'json');
  const stream =
    format === 'pretty'
      ? pretty({
          destination: 2,
          sync: true,
          ignore: 'pid,hostname,service',
          messageFormat: '{service}: {msg}',
          singleLine: true,
        })
      : pino.destination({ dest: 2, sync: true });
  return pino(
    {
      level: options.level,
      base: { service, pid: process.pid },
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
      redact: ['*.password', '*.authorization', '*.databaseUrl', '*.redisUrl'],
    },
    stream,
  );
}
