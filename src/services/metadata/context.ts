import type { Database } from '#adapters/postgres/database/database.ts';
import type { DatabaseClock } from '#adapters/postgres/database/database-clock.ts';
import type { ChangeFeed } from '#adapters/postgres/upkeep/change-feed.ts';
import type { Doorbell } from '#domain/doorbell.ts';
import type { FileLifecycleService } from '#gen/filemill/internal/v1/file_lifecycle_service_pb.ts';
import type { UploadLockService } from '#gen/filemill/internal/v1/upload_lock_service_pb.ts';
import type { MetadataService } from '#gen/filemill/v1/metadata_service_pb.ts';
import type { SystemService } from '#gen/filemill/v1/system_service_pb.ts';
import type { ServiceHandlers } from '#platform/rpc/handlers.ts';
import type { Semaphore } from '#platform/semaphore.ts';
import type { DueDispatcher } from './duties/due-dispatcher.ts';
import type { ChangeHub } from './live/change-hub.ts';

/** What the routes of the metadata service work with. */
export interface MetadataContext {
  readonly database: Database;
  /** For what users look for. */
  readonly searches: Database;
  /** That of the database. */
  readonly clock: DatabaseClock;
  readonly changes: ChangeFeed;
  readonly changeHub: ChangeHub;
  readonly dispatcher: DueDispatcher;
  readonly doorbell: Doorbell;
  /** Files that all watchers of this process may watch at a time: each costs memory and a look at every change. */
  readonly watchPlaces: Semaphore;
  /** After so long without news a watch sends a message that is empty, in milliseconds. */
  readonly watchHeartbeatMs: number;
  readonly leaseMs: number;
  readonly maxAttempts: number;
  /** Aborted when the service stops: long polls and watches end then. */
  readonly stopping: AbortSignal;
}

type PublicHandlers = ServiceHandlers<typeof MetadataService> & ServiceHandlers<typeof SystemService>;
type InternalHandlers = ServiceHandlers<typeof FileLifecycleService> & ServiceHandlers<typeof UploadLockService>;

/** The function behind one call of this service. */
export type Route<Name extends keyof PublicHandlers | keyof InternalHandlers> = (PublicHandlers &
  InternalHandlers)[Name];
