import type { Fault } from './fault.ts';
import { clientFaults } from './rows/clients.ts';
import { clockFaults } from './rows/clocks.ts';
import { compactionFaults } from './rows/compaction.ts';
import { crashPoints } from './rows/crash-points.ts';
import { holdFaults } from './rows/holds.ts';
import { leaseFaults } from './rows/leases.ts';
import { postgresFaults } from './rows/postgres.ts';
import { processFaults } from './rows/processes.ts';
import { redisFaults } from './rows/redis.ts';
import { resumableFaults } from './rows/resumable.ts';
import { s3Faults } from './rows/s3.ts';
import { surroundingFaults } from './rows/surroundings.ts';
import { volumeFaults } from './rows/volume.ts';
import { webhookFaults } from './rows/webhooks.ts';
import { zombieWrites } from './rows/zombie-writes.ts';

/** The table: see docs/reliability.md. */
export const faults: readonly Fault[] = [
  ...crashPoints,
  ...compactionFaults,
  ...resumableFaults,
  ...leaseFaults,
  ...zombieWrites,
  ...redisFaults,
  ...postgresFaults,
  ...clockFaults,
  ...clientFaults,
  ...volumeFaults,
  ...s3Faults,
  ...surroundingFaults,
  ...processFaults,
  ...webhookFaults,
  ...holdFaults,
].sort((one, other) => one.row - other.row);
