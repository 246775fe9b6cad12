import type { Database } from '#adapters/postgres/database/database.ts';
import type { DatabaseClock } from '#adapters/postgres/database/database-clock.ts';
import type { Reads } from '#adapters/postgres/database/reads.ts';
import type { ChangeFeed } from '#adapters/postgres/upkeep/change-feed.ts';
import type { Doorbell } from '#domain/doorbell.ts';
import type { FileEvents } from '#domain/file-events.ts';
import type { AuditService } from '#gen/filemill/internal/v1/audit_service_pb.ts';
import type { FileLifecycleService } from '#gen/filemill/internal/v1/file_lifecycle_service_pb.ts';
import type { IdentityService } from '#gen/filemill/internal/v1/identity_service_pb.ts';
import type { QuotaService } from '#gen/filemill/internal/v1/quota_service_pb.ts';
import type { UploadLockService } from '#gen/filemill/internal/v1/upload_lock_service_pb.ts';
import type { AccessService } from '#gen/filemill/v1/access_service_pb.ts';
import type { MetadataService } from '#gen/filemill/v1/metadata_service_pb.ts';
import type { RetentionService } from '#gen/filemill/v1/retention_service_pb.ts';
import type { SystemService } from '#gen/filemill/v1/system_service_pb.ts';
import type { WebhookService } from '#gen/filemill/v1/webhook_service_pb.ts';
import type { ServiceHandlers } from '#platform/rpc/handlers.ts';
import type { Semaphore } from '#platform/semaphore.ts';
import type { ThisService } from '#platform/this-service.ts';
import type { Identities } from './access/identities.ts';
import type { AuditLog } from './audit/audit-log.ts';
import type { Quotas } from './audit/quotas.ts';
import type { DueDispatcher } from './duties/due-dispatcher.ts';
import type { FairClaims } from './duties/fair-claims.ts';
import type { ChangeHubs } from './live/change-hub.ts';
import type { Webhooks } from './webhooks/webhooks.ts';

export interface MetadataContext {
  readonly database: Database;
  /** Connections for user searches. */
  readonly searches: Database;
  /** Reads lists, statistics and exports. */
  readonly reads: Reads;
  readonly clock: DatabaseClock;
  readonly changes: ChangeFeed;
  readonly changeHubs: ChangeHubs;
  readonly claims: FairClaims;
  readonly dispatcher: DueDispatcher;
  readonly identities: Identities;
  readonly audit: AuditLog;
  readonly quotas: Quotas;
  /** Counts what this process does to files. */
  readonly events: FileEvents;
  readonly webhooks: Webhooks;
  readonly doorbell: Doorbell;
  /** Bounds the files watched in this process: each costs memory and work at every change. */
  readonly watchPlaces: Semaphore;
  /** A watch without news sends an empty message after this time. */
  readonly watchHeartbeatMs: number;
  readonly about: ThisService;
  readonly leaseMs: number;
  readonly maxAttempts: number;
  /** Aborted when the service stops: long polls and watches end. */
  readonly stopping: AbortSignal;
}

type Handlers = ServiceHandlers<typeof MetadataService> &
  ServiceHandlers<typeof SystemService> &
  ServiceHandlers<typeof AccessService> &
  ServiceHandlers<typeof RetentionService> &
  ServiceHandlers<typeof WebhookService> &
  ServiceHandlers<typeof IdentityService> &
  ServiceHandlers<typeof AuditService> &
  ServiceHandlers<typeof QuotaService> &
  ServiceHandlers<typeof FileLifecycleService> &
  ServiceHandlers<typeof UploadLockService>;

/** The handler of one RPC of this service. */
export type Route<Name extends keyof Handlers> = Handlers[Name];
