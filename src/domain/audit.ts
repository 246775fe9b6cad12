import type { Identity } from './access.ts';

/** What is recorded of callers: docs/security.md. */
export const auditActions = [
  'upload',
  'read_result',
  'list_results',
  'export_results',
  'read_text',
  'download',
  'retry',
  'pause',
  'resume',
  'cancel',
  'delete',
  'create_token',
  'revoke_token',
  'begin_session',
  'end_session',
  'refuse_credentials',
  'set_quota',
  'set_retention',
  'remove_retention',
  'expire_files',
  'expire_bytes',
  'create_webhook',
  'update_webhook',
  'rotate_webhook_secret',
  'replay_deliveries',
  'delete_webhook',
  'pause_batch',
  'resume_batch',
  'cancel_batch',
  'prioritize_batch',
  'pause_tenant',
  'resume_tenant',
  'cancel_tenant',
  'drain_worker',
  'resume_worker',
] as const;

export type AuditAction = (typeof auditActions)[number];

/** Who did something, and by which request. */
export interface Actor extends Pick<Identity, 'kind' | 'id' | 'name'> {
  readonly address: string;
  readonly requestId: string;
}

export type AuditDetail = Readonly<Record<string, string | number | boolean | null | undefined | readonly string[]>>;

export interface AuditEvent {
  /** A UUIDv7 of the moment at which it happened. */
  readonly id: string;
  readonly actor: Actor;
  readonly tenant: string;
  readonly action: AuditAction;
  /** The id of a file, a token or a webhook, or the name of a tenant or a worker; may be empty. */
  readonly object: string;
  readonly detail: AuditDetail | null;
}

/** Reads of callers that nobody knows are not recorded, so that a system without credentials does not pay for them. */
export function isKnown({ kind }: Pick<Identity, 'kind'>): boolean {
  return kind === 'token' || kind === 'session' || kind === 'jwt';
}

/** What `files.uploader` holds of a caller: few bytes, as each file has it. */
export function uploaderOf(actor: Omit<Actor, 'requestId'>): string | null {
  const { kind, id, address, name } = actor;
  return isKnown(actor) ? JSON.stringify([kind, id, address, name]) : null;
}

/** The caller of an RPC, as events name it. */
export function actorOf({ caller, requestId }: { caller: Omit<Actor, 'requestId'>; requestId: string }): Actor {
  const { kind, id, name, address } = caller;
  return { kind, id, name, address, requestId };
}
