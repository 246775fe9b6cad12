/** DRAINING: it claims no more files and finishes those that it holds. DRAINED: it holds none any longer. */
export const workerStates = ['WORKING', 'DRAINING', 'DRAINED'] as const;

export type WorkerState = (typeof workerStates)[number];
