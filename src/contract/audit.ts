import type { MessageInitShape } from '@bufbuild/protobuf';
import { timestampDate, timestampFromDate } from '@bufbuild/protobuf/wkt';
import type { Identity } from '#domain/access.ts';
import { type AuditAction, type AuditDetail, type AuditEvent, auditActions } from '#domain/audit.ts';
import { FilemillError } from '#domain/errors.ts';
import { isUuid } from '#domain/uuid.ts';
import type { AuditEvent as AuditEventMessage, AuditEventSchema } from '#gen/filemill/v1/access_service_pb.ts';
import type { Json } from './schemas.ts';

/** Conversions between events of the audit, gRPC messages and JSON. */

export interface ListedEvent {
  readonly id: string;
  readonly at?: Date;
  readonly kind: string;
  readonly actor: string;
  readonly name: string;
  readonly tenant: string;
  readonly action: string;
  readonly object: string;
  readonly requestId: string;
  readonly address: string;
  readonly detail: AuditDetail | null;
}

export function eventToMessage({ at, detail, ...texts }: ListedEvent): MessageInitShape<typeof AuditEventSchema> {
  return {
    ...texts,
    ...(at && { at: timestampFromDate(at) }),
    detailJson: detail === null ? '' : JSON.stringify(detail),
  };
}

export function recordedToMessage(event: AuditEvent): MessageInitShape<typeof AuditEventSchema> {
  const { id: actor, kind, name, requestId, address } = event.actor;
  const { id, tenant, action, object, detail } = event;
  return eventToMessage({ id, kind, actor, name, tenant, action, object, requestId, address, detail });
}

/** @throws FilemillError REQUEST_INVALID */
export function recordedFromMessage(event: AuditEventMessage): AuditEvent {
  const { id, actor, name, requestId, address, tenant, object } = event;
  if (!isUuid(id)) throw new FilemillError('REQUEST_INVALID', 'The id of an event is not a UUID.');
  const kind = event.kind as Identity['kind'];
  const detail = event.detailJson === '' ? null : (JSON.parse(event.detailJson) as AuditDetail);
  const action = requireAction(event.action);
  return { id, actor: { kind, id: actor, name, address, requestId }, tenant, action, object, detail };
}

/** @throws FilemillError REQUEST_INVALID */
export function requireAction(word: string): AuditAction {
  const action = auditActions.find((one) => one === word);
  if (action !== undefined) return action;
  throw new FilemillError('REQUEST_INVALID', `\`action\` must be one of ${auditActions.join(', ')}.`);
}

export function eventToJson(event: AuditEventMessage): Json<'AuditEvent'> {
  const { id, kind, actor, name, tenant, object, address } = event;
  return {
    id,
    at: event.at === undefined ? null : timestampDate(event.at).toISOString(),
    kind,
    actor,
    name,
    tenant,
    action: event.action,
    object,
    request_id: event.requestId,
    address,
    detail: event.detailJson === '' ? null : (JSON.parse(event.detailJson) as AuditDetail),
  };
}
