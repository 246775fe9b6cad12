import { locateFile } from '#adapters/postgres/files/file-queries.ts';
import { fileToMessage } from '#contract/wire.ts';
import { reachOf } from '#domain/access.ts';
import { isKnown } from '#domain/audit.ts';
import { FilemillError } from '#domain/errors.ts';
import { bytesExpired } from '#domain/retention.ts';
import { isUuid } from '#domain/uuid.ts';
import type { MetadataContext, Route } from '../context.ts';

export function locateFileRoute({ audit, database }: MetadataContext): Route<'locateFile'> {
  return async ({ id }, context) => {
    const file = isUuid(id) ? await locateFile(database.as(reachOf(context.caller)), id) : undefined;
    if (file === undefined) throw new FilemillError('FILE_NOT_FOUND', `No file has the id ${JSON.stringify(id)}.`);
    if (file.bytesExpiredAt !== null) throw bytesExpired(file.bytesExpiredAt);
    const { id: object, tenant } = file;
    if (isKnown(context.caller)) await audit.record(context, 'download', { object, tenant });
    return { file: fileToMessage(file), storageKey: file.storageKey };
  };
}
