import { unlockUploads } from '#adapters/postgres/upkeep/upload-locks.ts';
import type { MetadataContext, Route } from '../context.ts';
import { isWellFormed, uploadLocks } from './lock-uploads.ts';

export function unlockUploadsRoute({ database }: MetadataContext): Route<'unlockUploads'> {
  return async (request) => {
    await unlockUploads(database, uploadLocks(request).filter(isWellFormed));
    return {};
  };
}
