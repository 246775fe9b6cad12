import { fieldsOf, fileFields } from '#domain/file.ts';
import type { FileEvent } from '#domain/webhook.ts';
import { fieldExpressions } from './file-rows.ts';

const fields = fieldsOf(fileFields).map(([field]) => field);

/**
 * An SQL expression for each field: `o` is the source, `f` the row of `files` before the statement. Another transaction may have
 * changed the row after the snapshot of the statement, so what may change while a file is PROCESSING comes from what the statement
 * returned.
 */
const ofAttempt = {
  ...fieldExpressions('f'),
  updatedAt: 'now()',
  attempt: 'o.attempt',
  worker: 'o.worker',
} as const;

const kinds = {
  'file.completed': {
    from: (source: string) => `${source} o join files f on f.id = o.id`,
    where: 'true',
    file: {
      ...ofAttempt,
      status: `'COMPLETED'`,
      mimeType: 'o.mime_type',
      sha256: 'o.sha256',
      completedAt: 'now()',
      errorCode: 'null',
      errorMessage: 'null',
    },
  },
  'file.failed': {
    from: (source: string) => `${source} o join files f on f.id = o.id`,
    where: `o.status = 'FAILED'`,
    file: { ...ofAttempt, status: 'o.status', errorCode: 'o.error_code', errorMessage: 'o.error_message' },
  },
  'file.deleted': {
    from: (source: string) => `${source} o`,
    where: 'true',
    /** `o.file` is the whole row, as it was. */
    file: fieldExpressions('(o.file)'),
  },
} as const satisfies Readonly<Record<FileEvent, object>>;

/**
 * A CTE that writes an event for each file of `source` into the outbox of each webhook that wants it. It starts from the webhooks:
 * without one, it reads no file.
 */
export function announced(source: string, event: FileEvent): string {
  const { from, where, file } = kinds[event];
  const wanted = [
    where,
    '(w.tenant is null or o.tenant = w.tenant)',
    `(w.types = '{}' or exists (select from unnest(w.types) t (type) where ${file.mimeType} = t.type
        or t.type like '%/*' and starts_with(${file.mimeType}, rtrim(t.type, '*'))))`,
    `(w.paths = '{}' or exists (select from unnest(w.paths) p (path)
        where starts_with(coalesce(nullif(${file.path}, ''), ${file.filename}), p.path)))`,
  ];
  return `announced_${source} as (
    insert into webhook_batches (webhook_id, event, files)
    select w.id, '${event}', e.files
    from webhooks w cross join lateral (
      select json_agg(json_build_array(${fields.map((field) => file[field]).join(', ')})) as files
      from ${from(source)} where ${wanted.join(' and ')}
    ) e
    where w.enabled and '${event}' = any (w.events) and e.files is not null
  )`;
}
