import { getResults } from '#adapters/postgres/results/results.ts';
import { reachOf } from '#domain/access.ts';
import { FilemillError } from '#domain/errors.ts';
import { bytesExpired } from '#domain/retention.ts';
import { isUuid } from '#domain/uuid.ts';
import type { ResultContext, Route } from '../context.ts';

/** The result is asked for first: the text of a deleted file stays on the volume for a while. */
export function getTextRoute({ audit, database, texts }: ResultContext): Route<'getText'> {
  return async function* ({ fileId }, context) {
    const id = fileId.toLowerCase();
    const result = isUuid(id) ? (await getResults(database.as(reachOf(context.caller)), [id])).get(id) : undefined;
    if (result === undefined) throw new FilemillError('RESULT_NOT_FOUND', 'The file has no result.');
    if (result.bytesExpiredAt !== null) throw bytesExpired(result.bytesExpiredAt);
    const text = await texts?.open(id);
    if (text === undefined) throw new FilemillError('TEXT_NOT_KEPT', 'The text of this file is not kept.');
    audit.read(context, 'read_text', { object: id, tenant: result.tenant });
    for await (const chunk of text) yield { chunk };
  };
}
