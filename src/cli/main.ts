import { stopTraces } from '#platform/telemetry/traces.ts';
import { reportFailure } from './failure.ts';
import { makeProgram } from './program.ts';

// A reader that closes the pipe, such as `head`, has read enough.
process.stdout.on('error', (error: NodeJS.ErrnoException) => process.exit(error.code === 'EPIPE' ? 0 : 1));

try {
  const words = process.argv.slice(2);
  const program = await makeProgram(process.env, words.includes('completion') ? undefined : words);
  if (words.length === 0) program.help();
  const { OTEL_TRACES_EXPORTER, FILEMILL_TRACE_LOG } = process.env;
  if (OTEL_TRACES_EXPORTER || FILEMILL_TRACE_LOG) await (await import('./record-traces.ts')).recordTraces(process.env);
  await program.parseAsync();
} catch (error) {
  process.exitCode = reportFailure(error);
} finally {
  await stopTraces();
}
