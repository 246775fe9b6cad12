import { dependencyToJson } from '#contract/json.ts';
import type { DependencyJson } from '#contract/schemas.ts';
import { SystemService } from '#gen/filemill/v1/system_service_pb.ts';
import { type Check, check } from './check.ts';
import { formatDuration, plural, printable } from './output/printable.ts';
import type { Session } from './session.ts';

const timeoutMs = 4_000;

/** Lists what the services depend on, as they see it; empty when the server does not answer or is too old. */
export async function askDependencies({ channel }: Session): Promise<readonly DependencyJson[]> {
  const asked = channel.client(SystemService).getDependencies({}, { timeoutMs });
  return await asked.then(
    ({ dependencies }) => dependencies.map(dependencyToJson),
    () => [],
  );
}

const titles: Readonly<Record<string, string>> = {
  postgresql: 'PostgreSQL',
  redis: 'Redis',
  metadata: 'Metadata',
  result: 'Results',
};

const actions: Readonly<Record<string, string>> = {
  postgresql: 'The logs of these services quote its error.',
  redis: 'Meanwhile files are dispatched through PostgreSQL. The logs of these services quote its error.',
};

/** A line of `filemill doctor` for each part that a service depends on. */
export function checkDependencies(dependencies: readonly DependencyJson[]): readonly Check[] {
  return Object.entries(titles).flatMap(([part, title]) => {
    const asked = dependencies.filter((one) => one.part === part);
    if (asked.length === 0) return [];
    const failing = troubles(asked);
    const detail = failing.length > 0 ? failing.join('; ') : `serves ${servicesOf(asked)}`;
    return [check(title, failing.length === 0, detail, actions[part] ?? null)];
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

/** `upload, metadata, 2 workers`. */
function servicesOf(dependencies: readonly DependencyJson[]): string {
  return [...Map.groupBy(dependencies, ({ service }) => service)]
    .map(([service, some]) => (service === 'worker' ? plural(some.length, service) : printable(service)))
    .join(', ');
}
