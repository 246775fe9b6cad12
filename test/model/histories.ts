import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import fc from 'fast-check';
import { claimFiles } from '#adapters/postgres/files/file-claims.ts';
import { retryFiles } from '#adapters/postgres/files/file-commands.ts';
import { saveResults } from '#adapters/postgres/files/file-completion.ts';
import { resumeFiles } from '#adapters/postgres/files/file-holds.ts';
import { finding } from '../support/files.ts';
import { attemptCommands } from './attempt-commands.ts';
import { creationCommands } from './creation-commands.ts';
import { claimant, dispatchCommands, endWaits, reconcileAll } from './dispatch-commands.ts';
import { claim, Model, resume, retry, save } from './model.ts';
import { World } from './world.ts';

export interface HistoryOptions {
  readonly histories: number;
  /** The same seed and number make the same histories. */
  readonly seed: number;
  /** Worlds that run at the same time. */
  readonly lanes?: number;
  /** Called after each with the number of times that model and rows were compared. */
  readonly onHistory?: (comparisons: number) => void;
}

const maxSteps = 60;

/**
 * Runs random histories against PostgreSQL and the model. Rejects with the shortest history that it
 * found on which they differ.
 */
export async function runHistories({ histories, seed, lanes = 2, onHistory }: HistoryOptions): Promise<void> {
  const shares = Array.from({ length: lanes }, (_, lane) => Math.floor((histories + lane) / lanes));
  await Promise.all(shares.map((numRuns, lane) => runLane({ numRuns, seed: seed + lane }, onHistory)));
}

async function runLane(parameters: { numRuns: number; seed: number }, onHistory: HistoryOptions['onHistory']) {
  await using world = await World.open();
  const commands = fc.commands([...creationCommands, ...dispatchCommands, ...attemptCommands], {
    maxCommands: maxSteps,
    size: 'max',
  });
  const property = fc.asyncProperty(commands, async (steps) => {
    const model = new Model();
    await world.empty();
    await fc.asyncModelRun(() => ({ model, real: world }), steps);
    await world.accountsForKeys(model);
    await allProgress(model, world);
    onHistory?.(world.comparisons);
  });
  await fc.assert(property, parameters);
}

/** Whatever happened before: with the faults over, rings alone bring every file that is not held back to its result. */
async function allProgress(model: Model, world: World): Promise<void> {
  model.rings.splice(0);
  await world.run(`update files set lease_until = now() - interval '1 second' where status = 'PROCESSING'`);
  for (const file of model.living.values()) file.leaseRanOut = file.status === 'PROCESSING';
  await reconcileAll(model, world);
  await resumeAll(model, world);
  await endWaits(model, world);
  await retryAll(model, world);
  await reconcileAll(model, world);
  await completeRung(model, world);
  await world.agreesWith(model);
  for (const { id, status } of model.living.values()) assert.equal(status, 'COMPLETED', `${id} cannot go on`);
}

async function resumeAll(model: Model, { database }: World): Promise<void> {
  const paused = [...model.living.values()].filter(({ status }) => status === 'PAUSED');
  const ids = paused.map(({ id }) => id);
  await resumeFiles(database, ids, undefined);
  for (const file of paused) resume(file);
}

async function retryAll(model: Model, { database }: World): Promise<void> {
  const failed = [...model.living.values()].filter(({ status }) => status === 'FAILED');
  await retryFiles(
    database,
    failed.map(({ id }) => id),
    1,
    undefined,
  );
  for (const file of failed) retry(file, 1);
}

async function completeRung(model: Model, { database }: World): Promise<void> {
  const token = randomUUID();
  const ids = [...new Set(model.rings.splice(0))];
  const claimed = await claimFiles(database, ids, claimant(token));
  await saveResults(
    database,
    claimed.map((file) => finding(file)),
  );
  for (const { id } of claimed) {
    const file = model.living.get(id);
    if (file === undefined) continue;
    claim(file, token);
    save(file);
  }
}
