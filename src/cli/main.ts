import { readFileSync } from 'node:fs';
import { Command } from 'commander';
import { ProxyRules } from '#platform/rpc/proxy.ts';
import { stopTraces } from '#platform/telemetry/traces.ts';
import { reportFailure } from './failure.ts';
import { addGlobalOptions, authorizationOf, tlsOf } from './options.ts';
import { addVerbs } from './verbs.ts';

const { version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as {
  version: string;
};

const program = addGlobalOptions(new Command('filemill'), process.env)
  .description('Upload files, have them analysed, and read the results.')
  .version(version, '-V, --version', 'print the version')
  .helpOption('-h, --help', 'show help for a command')
  .configureHelp({ showGlobalOptions: true })
  .showHelpAfterError('Run with --help to see the commands and options.')
  .exitOverride();

// A reader that closes the pipe, such as `head`, has read enough.
process.stdout.on('error', (error: NodeJS.ErrnoException) => process.exit(error.code === 'EPIPE' ? 0 : 1));

try {
  program.setOptionValue('proxies', ProxyRules.ofClient(process.env));
  program.setOptionValue('clientTls', tlsOf(process.env));
  program.setOptionValue('authorization', authorizationOf(process.env));
  program.setOptionValue('columns', Number(process.env.COLUMNS) || undefined);
  const words = process.argv.slice(2);
  await addVerbs(program, words);
  if (words.length === 0) program.help();
  const { OTEL_TRACES_EXPORTER, FILEMILL_TRACE_LOG } = process.env;
  if (OTEL_TRACES_EXPORTER || FILEMILL_TRACE_LOG) await (await import('./record-traces.ts')).recordTraces(process.env);
  await program.parseAsync();
} catch (error) {
  process.exitCode = reportFailure(error);
} finally {
  await stopTraces();
}
