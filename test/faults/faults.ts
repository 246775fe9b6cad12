import type { Fault } from './fault.ts';
import { crashPoints } from './rows/crash-points.ts';
import { leaseFaults } from './rows/leases.ts';
import { postgresFaults } from './rows/postgres.ts';
import { processFaults } from './rows/processes.ts';
import { redisFaults } from './rows/redis.ts';
import { zombieWrites } from './rows/zombie-writes.ts';

/** The table: see docs/reliability.md. */
export const faults: readonly Fault[] = [
  ...crashPoints,
  ...leaseFaults,
  ...zombieWrites,
  ...redisFaults,
  ...postgresFaults,
  ...processFaults,
].sort((one, other) => one.row - other.row);
