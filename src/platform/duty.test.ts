import assert from 'node:assert/strict';
import { it } from 'node:test';
import { pino } from 'pino';
import { FilemillError } from '#domain/errors.ts';
import { startDuty } from './duty.ts';

const cases = [
  {
    name: 'a long series while the services of the system start',
    worksFirst: false,
    failures: 9,
    error: new Error('away'),
    logged: [],
  },
  { name: 'two failures', failures: 2, error: new Error('away'), logged: [] },
  {
    name: 'a long series of failures',
    failures: 9,
    error: new Error('away'),
    logged: ['sweeper fails: retrying', 'sweeper works again'],
  },
  {
    name: 'a store that fails, which is logged elsewhere',
    failures: 4,
    error: new FilemillError('UNAVAILABLE', 'away', { facts: { part: 'postgresql', code: 'AWAY' } }),
    logged: [],
  },
];

for (const { name, worksFirst = true, failures, error, logged } of cases) {
  it(`warns once of a series of failures, and says when it is over: ${name}`, async () => {
    const messages: string[] = [];
    const logger = pino({}, { write: (line: string) => messages.push(JSON.parse(line).msg) });
    const wellAgain = Promise.withResolvers<void>();
    let rounds = worksFirst ? -1 : 0;
    const round = async () => {
      rounds += 1;
      if (rounds === 0) return 0.01;
      if (rounds <= failures) throw error;
      if (rounds > failures + 1) wellAgain.resolve();
      return 0.01;
    };
    {
      await using _ = startDuty({ name: 'sweeper', logger, round, maxBackoffMs: 1 });
      await wellAgain.promise;
    }
    assert.deepEqual(messages, logged);
  });
}

it('ends in the middle of a pause, and says nothing of a round that was interrupted', async () => {
  const messages: string[] = [];
  const logger = pino({}, { write: (line: string) => messages.push(line) });
  await startDuty({ name: 'sleeper', logger, round: async () => 3_600_000 })[Symbol.asyncDispose]();
  const interrupted = (signal: AbortSignal) =>
    new Promise<number>((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)));
  await startDuty({ name: 'waiter', logger, round: interrupted })[Symbol.asyncDispose]();
  assert.deepEqual(messages, []);
});
