import type { MessageInitShape } from '@bufbuild/protobuf';
import { timestampDate, timestampFromDate } from '@bufbuild/protobuf/wkt';
import type { Service, ServiceSchema, Volume } from '#gen/filemill/v1/system_service_pb.ts';

/** What a service tells of itself, as `filemill doctor --json` shows it. */
export interface ServiceJson {
  readonly service: string;
  readonly instance: string;
  readonly version: string;
  /** Empty for services of earlier versions. */
  readonly started_by: string;
  readonly unknown_settings: readonly string[];
  /** Its clock; null for workers. */
  readonly now: string | null;
  /** How far the clock of a worker is ahead of PostgreSQL's; null for other services. */
  readonly clock_ahead_seconds: number | null;
}

export interface VolumeJson {
  readonly bytes: number;
  readonly free_bytes: number;
  readonly reserve_bytes: number;
}

interface About {
  readonly version: string;
  readonly startedBy: string;
  readonly unknownSettings: readonly string[];
}

/** What a service tells of itself, now. */
export function serviceToMessage(service: string, about: About): MessageInitShape<typeof ServiceSchema> {
  const { version, startedBy, unknownSettings } = about;
  return { service, version, startedBy, unknownSettings: [...unknownSettings], now: timestampFromDate(new Date()) };
}

export function serviceToJson({ service, instance, version, startedBy, ...told }: Service): ServiceJson {
  const now = told.now === undefined ? null : timestampDate(told.now).toISOString();
  const known = { service, instance, version, started_by: startedBy, unknown_settings: told.unknownSettings };
  return { ...known, now, clock_ahead_seconds: told.clockAheadSeconds ?? null };
}

export function volumeToJson(volume: Volume | undefined): VolumeJson | null {
  if (volume === undefined) return null;
  const { bytes, freeBytes, reserveBytes } = volume;
  return { bytes: Number(bytes), free_bytes: Number(freeBytes), reserve_bytes: Number(reserveBytes) };
}
