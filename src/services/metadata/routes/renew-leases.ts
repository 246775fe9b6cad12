import { renewLeases } from '#adapters/postgres/files/file-leases.ts';
import type { MetadataContext, Route } from '../context.ts';
import { runLeaseBatch } from './lease-batch.ts';

export function renewLeasesRoute({ database, leaseMs }: MetadataContext): Route<'renewLeases'> {
  return async ({ leases, begunAlone }) => ({
    outcomes: await runLeaseBatch('renew', leases, (good) => renewLeases(database, good, leaseMs, begunAlone)),
    leaseMs,
  });
}
