import { Readable } from 'node:stream';
import type { MessageInitShape } from '@bufbuild/protobuf';
import { z } from 'zod';
import { eventToJson } from '#contract/audit.ts';
import { csvRecord } from '#contract/csv.ts';
import type { Json } from '#contract/schemas.ts';
import { auditActions } from '#domain/audit.ts';
import type { AuditEvent, ListAuditRequestSchema } from '#gen/filemill/v1/access_service_pb.ts';
import type { Backend } from '../backend.ts';
import { pageParameters, time } from '../http/query.ts';
import { route } from '../http/route.ts';

const parameters = {
  actor: z.string().optional().describe('The id or the name of a caller.'),
  tenant: z.string().optional().describe('The tenant of the file; otherwise that of the caller.'),
  action: z
    .enum(auditActions, `must be one of ${auditActions.join(', ')}`)
    .optional()
    .describe('What was done.'),
  object: z.string().optional().describe('The id of a file or of a token, or the name of a tenant.'),
  since: time.optional().describe('At this time or later.'),
  until: time.optional().describe('Before this time.'),
} as const;

type Filter = MessageInitShape<typeof ListAuditRequestSchema>;

function filterOf({ actor = '', tenant = '', action, object = '', since, until }: Query): Filter {
  return { actor, tenant, action: action ?? '', object, ...(since && { since }), ...(until && { until }) };
}

type Query = z.infer<z.ZodObject<typeof parameters>>;

export function listAudit({ access }: Backend) {
  return route({
    name: 'listAudit',
    method: 'GET',
    path: '/api/v1/audit',
    tag: 'Audit',
    summary: 'List audit events',
    description: 'Lists who did what, newest first, one page at a time.',
    query: { ...parameters, ...pageParameters },
    answers: { 200: { description: 'One page.', schema: 'AuditPage' } },
    problems: ['FILTER_TOO_BROAD'],
    mayBeStale: true,
    async handle({ query, onward }): Promise<Json<'AuditPage'>> {
      const { page_size: pageSize = 0, page_token: pageToken = '' } = query;
      const page = await access.listAudit({ ...filterOf(query), pageSize, pageToken }, onward);
      return { events: page.events.map(eventToJson), next_page_token: page.nextPageToken };
    },
  });
}

export function exportAudit({ access }: Backend) {
  return route({
    name: 'exportAudit',
    method: 'GET',
    path: '/api/v1/audit/export',
    tag: 'Audit',
    summary: 'Export audit events',
    description: 'Exports who did what, newest first.',
    query: {
      format: z
        .enum(['ndjson', 'csv'], 'must be ndjson or csv')
        .default('ndjson')
        .describe('The format of each event.'),
      ...parameters,
    },
    answers: {
      200: {
        description: 'One event per line; an answer that breaks off is incomplete.',
        types: Object.values(formats).map(({ type }) => type),
      },
    },
    problems: ['FILTER_TOO_BROAD'],
    async handle({ query, request, reply, onward }) {
      const { type, head, line } = formats[query.format];
      const headers = { 'content-type': type, 'content-disposition': `attachment; filename="audit.${query.format}"` };
      if (request.method === 'HEAD') return reply.headers(headers).send(Readable.from([]));
      const ask = (pageToken: string) => access.listAudit({ ...filterOf(query), pageSize: 1_000, pageToken }, onward);
      // A refusal comes with the first page, while the answer can still be a problem.
      const first = await ask('');
      const pages = pagesFrom(first, ask, (events) => Buffer.from(events.map(line).join('')));
      return reply.headers(headers).send(Readable.from(headed(head, pages), { objectMode: false }));
    },
  });
}

interface Page {
  readonly events: readonly AuditEvent[];
  readonly nextPageToken: string;
}

/** The next page is read when the client has room. */
async function* pagesFrom(
  first: Page,
  ask: (pageToken: string) => Promise<Page>,
  written: (events: readonly AuditEvent[]) => Buffer,
): AsyncGenerator<Buffer> {
  for (let page = first; ; page = await ask(page.nextPageToken)) {
    if (page.events.length > 0) yield written(page.events);
    if (page.nextPageToken === '') return;
  }
}

async function* headed(head: string, pages: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  if (head !== '') yield Buffer.from(head);
  yield* pages;
}

const columns = [
  'id',
  'at',
  'kind',
  'actor',
  'name',
  'tenant',
  'action',
  'object',
  'request_id',
  'address',
  'detail',
] as const satisfies readonly (keyof Json<'AuditEvent'>)[];

function csvLine(event: AuditEvent): string {
  const shown = eventToJson(event);
  const detail = shown.detail === null ? '' : JSON.stringify(shown.detail);
  return csvRecord(columns.map((name) => (name === 'detail' ? detail : (shown[name] ?? ''))));
}

const formats = {
  ndjson: {
    type: 'application/x-ndjson; charset=utf-8',
    head: '',
    line: (event: AuditEvent) => `${JSON.stringify(eventToJson(event))}\n`,
  },
  csv: { type: 'text/csv; charset=utf-8; header=present', head: csvRecord(columns), line: csvLine },
} as const;
