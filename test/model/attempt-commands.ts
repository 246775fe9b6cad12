import assert from 'node:assert/strict';
import fc from 'fast-check';
import { saveResults } from '#adapters/postgres/files/file-completion.ts';
import { failAttempts, releaseFiles, renewLeases } from '#adapters/postgres/files/file-leases.ts';
import type { LeaseOutcome, SaveOutcome } from '#domain/file.ts';
import { finding } from '../support/files.ts';
import { command, picked } from './command.ts';
import { fail, holds, type Model, type ModelFile, release, save } from './model.ts';
import { leaseMs } from './world.ts';

/** An attempt by the token that held the file last, or by an earlier one: a zombie, or a repeated call. */
interface Attempt {
  readonly file: ModelFile;
  readonly token: string;
}

const attempts = fc.array(fc.record({ file: fc.nat({ max: 11 }), age: fc.constantFrom(0, 0, 0, 1, 2) }), {
  minLength: 1,
  maxLength: 3,
});

const saveThem = command(
  'save',
  fc.record({ attempts, unstorable: fc.constantFrom(false, false, false, true) }),
  async ({ attempts, unstorable }, model, { database }) => {
    const batch = attemptsOf(model, attempts);
    // jsonb refuses \u0000: the first of the batch must not harm the others.
    const findings = batch.map((attempt, index) =>
      finding(leaseOf(attempt) as never, unstorable && index === 0 ? { outputJson: '{"text": "\\u0000"}' } : {}),
    );
    const outcomes = (await saveResults(database, findings)).map(({ outcome }) => outcome);
    const expected = batch.map((attempt, index) => expectedOfSave(model, attempt, unstorable && index === 0));
    assert.deepEqual(outcomes, expected);
    for (const [index, { file }] of batch.entries()) if (expected[index] === 'SAVED') save(file);
  },
  hasAttempts,
);

const failThem = command(
  'fail',
  fc.record({ attempts, permanent: fc.constantFrom(false, false, true) }),
  async ({ attempts, permanent }, model, world) => {
    const batch = attemptsOf(model, attempts);
    const failure = { errorCode: 'analyzer_error', errorMessage: 'it broke', permanent };
    const outcomes = await failAttempts(
      world.database,
      batch.map((attempt) => ({ ...leaseOf(attempt), ...failure })),
    );
    const held = batch.map(({ file, token }) => holds(file, token));
    assert.deepEqual(
      outcomes,
      batch.map(({ file, token }) => expectedOfLease(model, file, token, file.ended.has(token))),
    );
    for (const { file } of batch.filter(({ file }, index) => held[index] && model.living.has(file.id)))
      await world.holdBack(file.id, fail(file, { permanent }));
  },
  hasAttempts,
);

const releaseThem = command(
  'release',
  attempts,
  async (drawn, model, { database }) => {
    const batch = attemptsOf(model, drawn);
    const outcomes = await releaseFiles(database, batch.map(leaseOf));
    assert.deepEqual(
      outcomes,
      batch.map(({ file, token }) => expectedOfLease(model, file, token)),
    );
    for (const [index, { file }] of batch.entries()) if (outcomes[index] === 'DONE') release(file);
  },
  hasAttempts,
);

const renewThem = command(
  'renew',
  fc.record({ attempts, beginsAlone: fc.boolean() }),
  async ({ attempts, beginsAlone }, model, { database }) => {
    const batch = attemptsOf(model, attempts);
    const outcomes = await renewLeases(database, batch.map(leaseOf), leaseMs, beginsAlone);
    assert.deepEqual(
      outcomes,
      batch.map(({ file, token }) => expectedOfLease(model, file, token)),
    );
    for (const [index, { file }] of batch.entries()) {
      if (outcomes[index] !== 'DONE') continue;
      file.leaseRanOut = false;
      file.begunAlone ||= beginsAlone;
    }
  },
  hasAttempts,
);

export const attemptCommands = [saveThem, saveThem, failThem, failThem, releaseThem, renewThem];

function hasAttempts(model: Model): boolean {
  return model.created.some(({ tokens }) => tokens.length > 0);
}

/** Each file once: a worker never has two attempts at one file in one batch. */
function attemptsOf(model: Model, drawn: readonly { file: number; age: number }[]): Attempt[] {
  const tried = model.created.filter(({ tokens }) => tokens.length > 0);
  const byFile = new Map(drawn.map(({ file, age }) => [picked(tried, file), age]));
  return [...byFile].map(([file, age]) => ({ file, token: file.tokens.at(-1 - age) ?? file.tokens[0] ?? '' }));
}

function leaseOf({ file, token }: Attempt) {
  return { id: file.id, leaseToken: token };
}

function expectedOfSave(model: Model, { file, token }: Attempt, unstorable: boolean): SaveOutcome['outcome'] {
  if (!model.living.has(file.id)) return 'GONE';
  if (file.status === 'COMPLETED' && file.token === token) return 'ALREADY_SAVED';
  if (!holds(file, token)) return 'FENCED';
  return unstorable ? 'INVALID' : 'SAVED';
}

function expectedOfLease(model: Model, file: ModelFile, token: string, ended = false): LeaseOutcome {
  if (!model.living.has(file.id)) return 'GONE';
  return holds(file, token) || ended ? 'DONE' : 'FENCED';
}
