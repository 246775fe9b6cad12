import type { ServiceJson } from '#contract/services.ts';
import { thisCommand } from '#platform/this-command.ts';

/** How the services were started, in words. */
const ways: Readonly<Record<string, string>> = {
  up: '`filemill up`',
  container: 'a container engine',
  kubernetes: 'Kubernetes',
  hand: 'hand',
};

export interface Advice {
  /** `started by Kubernetes`; empty if that is not known. */
  readonly started: string;
  /** Says where the log of a service is. */
  logsOf(service: string): string;
  /** Says what to do about a missing worker. */
  readonly noWorker: string;
}

/** Commands that fit how the services were started. @param dataDir of `filemill up`, if it is on this machine */
export function adviceFor(services: readonly ServiceJson[], dataDir: string | undefined): Advice {
  const [way = ''] = services.map((service) => service.started_by).filter(Boolean);
  const by = ways[way];
  return { started: by === undefined ? '' : `started by ${by}`, ...(commands[way] ?? unknown)(dataDir) };
}

type Commands = (dataDir: string | undefined) => Omit<Advice, 'started'>;

const unknown: Commands = () => ({
  logsOf: (service) => `The log of ${service} quotes the error.`,
  noWorker: `Start one: \`${thisCommand()} up\`, \`docker compose up --detach worker\`, or \`node src/services/worker/main.ts\`.`,
});

const commands: Readonly<Record<string, Commands>> = {
  up: (dataDir = '.filemill') => ({
    logsOf: (service) => `See ${dataDir}/logs/${service === 'worker' ? 'worker-1' : service}.log.`,
    noWorker: `\`filemill up\` restarts workers by itself: ${dataDir}/logs/worker-1.log says why none stays.`,
  }),
  container: () => ({
    logsOf: (service) => `See \`docker compose logs --tail 50 ${service}\`.`,
    noWorker: 'Start one: `docker compose up --detach worker`.',
  }),
  kubernetes: () => ({
    logsOf: (service) => `See \`kubectl -n filemill logs -l app.kubernetes.io/name=${service}\`.`,
    noWorker: 'See why there is none: `kubectl -n filemill describe pods -l app.kubernetes.io/name=worker`.',
  }),
  hand: () => ({ logsOf: unknown(undefined).logsOf, noWorker: 'Start one: `node src/services/worker/main.ts`.' }),
};
