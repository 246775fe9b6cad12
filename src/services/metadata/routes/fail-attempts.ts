import { failAttempts } from '#adapters/postgres/files/file-leases.ts';
import type { MetadataContext, Route } from '../context.ts';
import { runLeaseBatch } from './lease-batch.ts';

export function failAttemptsRoute({ database, events }: MetadataContext): Route<'failAttempts'> {
  return async ({ items }) => ({
    outcomes: await runLeaseBatch('fail', items.map(storable), (good) => failAttempts(database, good, events)),
  });
}

/** PostgreSQL cannot store NUL in text, and an error message may quote one from a file. */
function storable<Item extends { errorCode: string; errorMessage: string }>(item: Item): Item {
  return {
    ...item,
    errorCode: item.errorCode.replaceAll('\0', ''),
    errorMessage: item.errorMessage.replaceAll('\0', '\uFFFD'),
  };
}
