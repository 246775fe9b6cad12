import { releaseFiles } from '#adapters/postgres/files/file-leases.ts';
import type { MetadataContext, Route } from '../context.ts';
import { runLeaseBatch } from './lease-batch.ts';

export function releaseFilesRoute({ database }: MetadataContext): Route<'releaseFiles'> {
  return async ({ leases }) => ({
    outcomes: await runLeaseBatch('release', leases, (good) => releaseFiles(database, good)),
  });
}
