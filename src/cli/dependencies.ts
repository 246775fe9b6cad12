import { dependencyToJson } from '#contract/json.ts';
import type { DependencyJson } from '#contract/schemas.ts';
import { type ServiceJson, serviceToJson, type VolumeJson, volumeToJson } from '#contract/services.ts';
import { SystemService } from '#gen/filemill/v1/system_service_pb.ts';
import { type Check, check } from './check.ts';
import { formatDuration, plural, printable } from './output/printable.ts';
import type { Session } from './session.ts';

const timeoutMs = 4_000;

export interface SystemJson {
  /** What the services depend on, as they see it. */
  readonly dependencies: readonly DependencyJson[];
  readonly services: readonly ServiceJson[];
  readonly volume: VolumeJson | null;
}

/** What the services tell of themselves; nothing when the server does not answer or is too old. */
export async function askSystem({ channel }: Pick<Session, 'channel'>): Promise<SystemJson> {
  const asked = channel.client(SystemService).getDependencies({}, { timeoutMs });
  return await asked.then(
    ({ dependencies, services, volume }) => ({
      dependencies: dependencies.map(dependencyToJson),
      services: services.map(serviceToJson),
      volume: volumeToJson(volume),
    }),
    () => ({ dependencies: [], services: [], volume: null }),
  );
}

const titles: Readonly<Record<string, string>> = {
  postgresql: 'PostgreSQL',
  redis: 'Redis',
  s3: 'Object store',
  metadata: 'Metadata',
  result: 'Results',
};

/**
 * A line of `filemill doctor` for each part that a service depends on.
 *
 * @param logsOf says where the log of a service is
 */
export function checkDependencies(
  dependencies: readonly DependencyJson[],
  logsOf: (service: string) => string,
): readonly Check[] {
  return Object.entries(titles).flatMap(([part, title]) => {
    const asked = dependencies.filter((one) => one.part === part);
    if (asked.length === 0) return [];
    const failing = troubles(asked);
    const [unused] = asked.filter(({ state }) => state === 'UNUSED');
    if (failing.length === 0 && unused !== undefined) return [check(title, true, `not used: ${notUsed(unused)}`, null)];
    const [version] = asked.flatMap((one) => one.version ?? []);
    const well = `${version === undefined ? '' : `${printable(version)}, `}serves ${servicesOf(asked)}`;
    const meanwhile = part === 'redis' ? 'Meanwhile files are dispatched through PostgreSQL. ' : '';
    const [blind] = asked.filter(({ state }) => state === 'FAILING');
    const action = `${meanwhile}${logsOf(blind?.service ?? part)}`;
    return [check(title, failing.length === 0, failing.length > 0 ? failing.join('; ') : well, action)];
  });
}

/** Writes a sentence for each problem, with the services that see it and for how long. */
export function troubles(dependencies: readonly DependencyJson[]): readonly string[] {
  const failing = dependencies.filter(({ state }) => state === 'FAILING');
  return [...Map.groupBy(failing, ({ detail }) => detail ?? '')].map(([detail, some]) => {
    const since = Math.min(...some.map(({ since }) => Date.parse(since ?? '')).filter(Number.isFinite));
    const ago = Number.isFinite(since) ? ` (for ${formatDuration(Date.now() - since)})` : '';
    return `${servicesOf(some)}: ${printable(detail.replace(/\.$/, ''))}${ago}`;
  });
}

function notUsed({ detail }: DependencyJson): string {
  return printable((detail ?? 'the settings say so').replace(/\.$/, ''));
}

/** `upload, metadata, 2 workers`. */
function servicesOf(dependencies: readonly DependencyJson[]): string {
  return [...Map.groupBy(dependencies, ({ service }) => service)]
    .map(([service, some]) => (service === 'worker' ? plural(some.length, service) : printable(service)))
    .join(', ');
}
