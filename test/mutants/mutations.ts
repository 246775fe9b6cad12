import { attemptMutations } from './attempt-mutations.ts';
import { clockMutations } from './clock-mutations.ts';
import { dispatchMutations } from './dispatch-mutations.ts';
import { historyMutations } from './history-mutations.ts';
import { ingestMutations } from './ingest-mutations.ts';
import { resumableMutations } from './resumable-mutations.ts';
import { retentionMutations } from './retention-mutations.ts';
import { segmentMutations } from './segment-mutations.ts';
import { tenantMutations } from './tenant-mutations.ts';
import { webMutations } from './web-mutations.ts';

export const mutations = [
  ...ingestMutations,
  ...segmentMutations,
  ...resumableMutations,
  ...webMutations,
  ...attemptMutations,
  ...dispatchMutations,
  ...clockMutations,
  ...tenantMutations,
  ...retentionMutations,
  ...historyMutations,
];
