import { stopTraces } from '#platform/telemetry/traces.ts';
import { answerShell } from './completion/answer.ts';
import { reportFailure } from './failure.ts';
import { makeProgram } from './program.ts';

// A reader that closes the pipe, such as `head`, has read enough.
process.stdout.on('error', (error: NodeJS.ErrnoException) => process.exit(error.code === 'EPIPE' ? 0 : 1));

try {
  const [first, ...words] = process.argv.slice(2);
  if (first === '__complete') await answerShell(words, process.env);
  else await run(first === undefined ? [] : [first, ...words], process.env);
} catch (error) {
  process.exitCode = reportFailure(error);
} finally {
  await stopTraces();
}

async function run(words: readonly string[], env: NodeJS.ProcessEnv): Promise<void> {
  const program = await makeProgram(env, words);
  if (words.length === 0) program.help();
  const { OTEL_TRACES_EXPORTER, FILEMILL_TRACE_LOG } = env;
  if (OTEL_TRACES_EXPORTER || FILEMILL_TRACE_LOG) await (await import('./record-traces.ts')).recordTraces(env);
  await program.parseAsync(words, { from: 'user' });
}
