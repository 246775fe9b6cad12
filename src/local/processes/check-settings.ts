import { ConfigError } from '#platform/config.ts';
import { checkFailpoints } from '#platform/failpoints.ts';
import { readTracesConfig } from '#platform/telemetry/traces-config.ts';
import { readMetadataConfig } from '#services/metadata/config.ts';
import { readResultConfig } from '#services/result/config.ts';
import { readUploadConfig } from '#services/upload/config.ts';
import { readWebConfig } from '#services/web/config.ts';
import { readWorkerConfig } from '#services/worker/config.ts';
import { SetupError } from '../setup-error.ts';
import type { ServiceName, ServiceSpec } from './service-child.ts';
import { environmentOf, inheritedEnvironment } from './service-specs.ts';

type Reader = (env: NodeJS.ProcessEnv) => unknown;

const readers: Readonly<Record<ServiceName, Reader>> = {
  metadata: readMetadataConfig,
  result: readResultConfig,
  upload: readUploadConfig,
  web: readWebConfig,
  worker: readWorkerConfig,
};

/** Reads the settings of all services before anything starts. @throws SetupError exit code 2, with every problem */
export function checkSettings(specs: readonly ServiceSpec[], env: NodeJS.ProcessEnv): void {
  const inherited = inheritedEnvironment(env, specs);
  const problems = specs.flatMap((spec) => {
    const own = environmentOf(spec, inherited);
    const checkTraces: Reader = (env) => readTracesConfig(spec.service, env);
    return [checkFailpoints, checkTraces, readers[spec.service]].flatMap((read) => problemsOf(read, own));
  });
  if (problems.length > 0) throw new SetupError([...new Set(problems)].join('; '), { exitCode: 2 });
}

/** Answers with one problem for each variable. */
function problemsOf(read: Reader, env: NodeJS.ProcessEnv): readonly string[] {
  try {
    read(env);
    return [];
  } catch (error) {
    if (error instanceof ConfigError) return error.message.split('; ');
    throw error;
  }
}
