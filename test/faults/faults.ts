import type { Fault } from './fault.ts';
import { crashPoints } from './rows/crash-points.ts';

/** The table: see docs/reliability.md. */
export const faults: readonly Fault[] = [...crashPoints].sort((one, other) => one.row - other.row);
