import { ConfigError } from './config.ts';
import { armFailpoints } from './failpoints.ts';
import { unknownSettings } from './known-settings.ts';
import { createLogger, type Logger } from './logger.ts';
import { tellFiles } from './telemetry/events.ts';
import { isServiceName } from './telemetry/instrument.ts';
import { readOtelSettings } from './telemetry/otel-settings.ts';
import { startTelemetry } from './telemetry/telemetry.ts';
import { startTraces } from './telemetry/traces.ts';
import { readTracesConfig } from './telemetry/traces-config.ts';
import { type ThisService, thisService } from './this-service.ts';

/**
 * The first step of every `main`: reads the settings and begins to measure. An invalid setting ends the process with exit
 * code 2 and names the variable.
 */
export async function boot<
  Config extends {
    readonly logLevel: string;
    readonly logFormat?: 'pretty' | 'json' | undefined;
    readonly logFiles?: 'all' | 'failures';
  },
>(
  service: string,
  read: (env: NodeJS.ProcessEnv) => Config,
  env: NodeJS.ProcessEnv,
): Promise<{ readonly config: Config; readonly logger: Logger; readonly about: ThisService }> {
  const config = configOrExit(read, env);
  const traces = configOrExit((from) => readTracesConfig(service, from), env);
  const otel = configOrExit(readOtelSettings, env);
  const logger = createLogger(service, { level: config.logLevel, format: config.logFormat });
  tellFiles(config.logFiles ?? 'all');
  for (const problem of unknownSettings(env)) logger.warn(problem);
  await startTraces(traces, logger);
  if (isServiceName(service)) await startTelemetry(service, otel, logger);
  return { config, logger, about: thisService(env) };
}

function configOrExit<Config>(read: (env: NodeJS.ProcessEnv) => Config, env: NodeJS.ProcessEnv): Config {
  try {
    armFailpoints(env);
    return read(env);
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    process.stderr.write(`filemill: cannot start: ${error.message}\n`);
    process.exit(2);
  }
}
