import { createLogger } from '#platform/logger.ts';
import { startTraces } from '#platform/telemetry/traces.ts';
import { readTracesConfig } from '#platform/telemetry/traces-config.ts';

/** Loaded only where the environment asks for traces, as the libraries would delay every command. @throws ConfigError */
export async function recordTraces(env: NodeJS.ProcessEnv): Promise<void> {
  const format = process.stderr.isTTY ? 'pretty' : 'json';
  await startTraces(readTracesConfig('cli', env), createLogger('cli', { level: 'warn', format }));
}
