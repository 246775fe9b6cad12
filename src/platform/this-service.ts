import { existsSync, readFileSync } from 'node:fs';
import { unknownSettings } from './known-settings.ts';

export type StartedBy = 'up' | 'container' | 'kubernetes' | 'hand';

export interface ThisService {
  readonly version: string;
  readonly startedBy: StartedBy;
  /** A sentence for each FILEMILL_* variable that nothing reads. */
  readonly unknownSettings: readonly string[];
}

/** The version of this package. */
export const { version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as {
  readonly version: string;
};

/** What this process tells of itself. */
export function thisService(env: NodeJS.ProcessEnv): ThisService {
  return { version, startedBy: startedBy(env), unknownSettings: unknownSettings(env) };
}

/** `filemill up` has a channel to its children, Kubernetes names its API to every container, and engines leave a file. */
function startedBy(env: NodeJS.ProcessEnv): StartedBy {
  if (process.connected) return 'up';
  if (env.KUBERNETES_SERVICE_HOST) return 'kubernetes';
  return ['/.dockerenv', '/run/.containerenv'].some((path) => existsSync(path)) ? 'container' : 'hand';
}
