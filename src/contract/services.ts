import type { MessageInitShape } from '@bufbuild/protobuf';
import { timestampDate, timestampFromDate } from '@bufbuild/protobuf/wkt';
import type { Service, ServiceSchema, Volume, WorkerFigures } from '#gen/filemill/v1/system_service_pb.ts';

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
  /** Null for other services than workers. */
  readonly figures: WorkerFiguresJson | null;
}

interface WorkerFiguresJson {
  readonly files_per_second: number;
  readonly memory_bytes: number;
  readonly last_error: { readonly code: string; readonly at: string | null } | null;
}

export interface VolumeJson {
  readonly bytes: number;
  readonly free_bytes: number;
  readonly reserve_bytes: number;
}

/** What `create` makes a message of. */
type ServiceInit = Exclude<MessageInitShape<typeof ServiceSchema>, Service>;

interface About {
  readonly version: string;
  readonly startedBy: string;
  readonly unknownSettings: readonly string[];
}

/** What a service tells of itself, now. */
export function serviceToMessage(service: string, about: About): ServiceInit {
  const { version, startedBy, unknownSettings } = about;
  return { service, version, startedBy, unknownSettings: [...unknownSettings], now: timestampFromDate(new Date()) };
}

export function serviceToJson({ service, instance, version, startedBy, ...told }: Service): ServiceJson {
  const now = told.now === undefined ? null : timestampDate(told.now).toISOString();
  const known = { service, instance, version, started_by: startedBy, unknown_settings: told.unknownSettings };
  return { ...known, now, clock_ahead_seconds: told.clockAheadSeconds ?? null, figures: figuresToJson(told.figures) };
}

function figuresToJson(figures: WorkerFigures | undefined): WorkerFiguresJson | null {
  if (figures === undefined) return null;
  const { filesPerSecond, memoryBytes, lastErrorCode: code, lastErrorAt } = figures;
  const at = lastErrorAt ? timestampDate(lastErrorAt).toISOString() : null;
  return {
    files_per_second: filesPerSecond,
    memory_bytes: Number(memoryBytes),
    last_error: code === '' ? null : { code, at },
  };
}

export function volumeToJson(volume: Volume | undefined): VolumeJson | null {
  if (volume === undefined) return null;
  const { bytes, freeBytes, reserveBytes } = volume;
  return { bytes: Number(bytes), free_bytes: Number(freeBytes), reserve_bytes: Number(reserveBytes) };
}
