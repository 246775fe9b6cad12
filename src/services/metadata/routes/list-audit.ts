import { type AuditFilter, listEvents } from '#adapters/postgres/audit/events.ts';
import { eventToMessage, requireAction } from '#contract/audit.ts';
import { pageSize, pageToken, parsePageToken, refuseNul } from '#contract/requests.ts';
import { optionalDate } from '#contract/wire.ts';
import type { ListAuditRequest } from '#gen/filemill/v1/access_service_pb.ts';
import type { MetadataContext, Route } from '../context.ts';

export function listAuditRoute({ reads }: MetadataContext): Route<'listAudit'> {
  return async (request, call) => {
    const filter = toFilter(request);
    const limit = pageSize(request.pageSize);
    const beforeId = parsePageToken(request.pageToken, filter);
    const events = await listEvents(reads.for(call), filter, { limit: limit + 1, beforeId });
    const page = events.slice(0, limit);
    const last = events.length > limit ? page.at(-1) : undefined;
    return { events: page.map(eventToMessage), nextPageToken: last === undefined ? '' : pageToken(last.id, filter) };
  };
}

/** @throws FilemillError REQUEST_INVALID */
function toFilter({ actor, tenant, action, object, since, until }: ListAuditRequest): AuditFilter {
  refuseNul(actor, tenant, object);
  const [from, to] = [optionalDate(since), optionalDate(until)];
  return {
    ...(actor && { actor }),
    ...(tenant && { tenant }),
    ...(action && { action: requireAction(action) }),
    ...(object && { object: object.toLowerCase() }),
    ...(from && { since: from }),
    ...(to && { until: to }),
  };
}
