/**
 * `node bench/log-line.ts 2>/dev/null`: the CPU time of one log line about a file, in microseconds, as services write it and as
 * pino would with its own redaction, times and destination (docs/adr/0031-traces-and-logs.md).
 */
import { type Logger, pino } from 'pino';
import { createLogger } from '../src/platform/logger.ts';
import { fileCompleted, tellFiles } from '../src/platform/telemetry/events.ts';

const lines = 200_000;
/** As many as a busy service acknowledges in one turn of its event loop. */
const perTurn = 200;

const id = '019a5e2c-3f2b-7c11-9d55-0c3a4f1e9b77';
const file = { id, requestId: id, traceparent: null, filename: 'report-2026.txt', size: 4_096, attempt: 1 };

const byPino = pino(
  {
    base: { service: 'worker', pid: process.pid },
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (label) => ({ level: label }) },
    redact: ['*.password', '*.authorization', '*.databaseUrl', '*.redisUrl'],
  },
  pino.destination({ dest: 2, sync: true }),
);
const ours = createLogger('worker', { level: 'info', format: 'json' });

async function costOf(logger: Logger, count: number): Promise<number> {
  const before = process.cpuUsage();
  for (let n = 0; n < count; n += perTurn) {
    for (let m = 0; m < perTurn; m++) fileCompleted(logger, file, 'worker-1', 0.0123);
    await new Promise(setImmediate);
  }
  const { user, system } = process.cpuUsage(before);
  return (user + system) / count;
}

const measured: [what: string, logger: Logger, files: 'all' | 'failures'][] = [
  ['pino alone', byPino, 'all'],
  ['as services write it', ours, 'all'],
  ['left out by FILEMILL_LOG_FILES=failures', ours, 'failures'],
];
for (const [what, logger, files] of measured) {
  tellFiles(files);
  await costOf(logger, lines / 10);
  console.log(`${(await costOf(logger, lines)).toFixed(2)} µs  ${what}`);
}
