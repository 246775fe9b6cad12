import type { ServiceJson, VolumeJson } from '#contract/services.ts';
import { version as own } from '#platform/this-service.ts';
import { type Check, check } from '../check.ts';
import { formatBytes, plural, printable } from '../output/printable.ts';
import type { Advice } from './advice.ts';

/** The services that answer, and whether their versions are one. */
export function checkServices(services: readonly ServiceJson[], { started }: Advice): Check[] {
  if (services.length === 0) return [];
  const byVersion = Map.groupBy(services, ({ version }) => version);
  const told = [...byVersion].map(([version, some]) => `${namesOf(some)} of version ${printable(version)}`).join('; ');
  const detail = started === '' ? told : `${told}, ${started}`;
  const isOne = byVersion.size === 1 && byVersion.has(own);
  const action = isOne ? null : `This command is of version ${own}. Finish the upgrade: docs/deploy.md, "Upgrading".`;
  return [{ name: 'Services', ok: true, detail, action }, ...services.flatMap(checkSettingsOf)];
}

function checkSettingsOf({ service, instance, unknown_settings: unknown }: ServiceJson): Check[] {
  return unknown.map((problem) =>
    check(
      'Settings',
      false,
      printable(`of ${[service, instance].filter(Boolean).join(' ')}: ${problem}`),
      'Correct the name where the service is configured, and restart it.',
    ),
  );
}

/** `upload, metadata, 2 workers`. */
function namesOf(services: readonly ServiceJson[]): string {
  return [...Map.groupBy(services, ({ service }) => service)]
    .map(([service, some]) => (service === 'worker' ? plural(some.length, service) : printable(service)))
    .join(', ');
}

export function checkRoom(volume: VolumeJson | null): Check[] {
  if (volume === null) return [];
  const { bytes, free_bytes: free, reserve_bytes: reserve } = volume;
  const detail = `${formatBytes(free)} of ${formatBytes(bytes)} free; uploads are refused below ${formatBytes(reserve)}`;
  const action = 'Delete files that nobody needs (`filemill delete`, retention), or enlarge the volume.';
  if (free < reserve) return [check('Volume', false, detail, `${action} Until then uploads are refused.`)];
  return [{ name: 'Volume', ok: true, detail, action: free < 2 * reserve || free < bytes / 10 ? action : null }];
}
