import type { Database } from '#adapters/postgres/database/database.ts';
import type { ResultWriterService } from '#gen/filemill/internal/v1/result_writer_service_pb.ts';
import type { ResultService } from '#gen/filemill/v1/result_service_pb.ts';
import type { SystemService } from '#gen/filemill/v1/system_service_pb.ts';
import type { ServiceHandlers } from '#platform/rpc/handlers.ts';

/** What the routes of the result service work with. */
export interface ResultContext {
  readonly database: Database;
  /** For what users look for. */
  readonly searches: Database;
}

type PublicHandlers = ServiceHandlers<typeof ResultService> & ServiceHandlers<typeof SystemService>;
type InternalHandlers = ServiceHandlers<typeof ResultWriterService>;

/** The function behind one call of this service. */
export type Route<Name extends keyof PublicHandlers | keyof InternalHandlers> = (PublicHandlers &
  InternalHandlers)[Name];
