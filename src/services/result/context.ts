import type { Database } from '#adapters/postgres/database/database.ts';
import type { Reads } from '#adapters/postgres/database/reads.ts';
import type { FileEvents } from '#domain/file-events.ts';
import type { TextStore } from '#domain/text-store.ts';
import type { ResultWriterService } from '#gen/filemill/internal/v1/result_writer_service_pb.ts';
import type { ResultService } from '#gen/filemill/v1/result_service_pb.ts';
import type { SystemService } from '#gen/filemill/v1/system_service_pb.ts';
import type { AuditBuffer } from '#platform/audit-buffer.ts';
import type { ServiceHandlers } from '#platform/rpc/handlers.ts';
import type { ThisService } from '#platform/this-service.ts';

export interface ResultContext {
  readonly about: ThisService;
  readonly database: Database;
  /** Reads lists and exports. */
  readonly reads: Reads;
  readonly audit: Pick<AuditBuffer, 'read'>;
  /** Counts what this process does to files. */
  readonly events: Pick<FileEvents, 'completed'>;
  readonly texts: Pick<TextStore, 'open'> | undefined;
}

type Handlers = ServiceHandlers<typeof ResultService> &
  ServiceHandlers<typeof SystemService> &
  ServiceHandlers<typeof ResultWriterService>;

/** The handler of one RPC of this service. */
export type Route<Name extends keyof Handlers> = Handlers[Name];
