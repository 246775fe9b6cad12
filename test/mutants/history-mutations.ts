import type { Mutation } from './mutation.ts';

const history = 'src/adapters/postgres/history/history.ts';
const test = (name: string) => ({ file: 'src/adapters/postgres/history/history.test.ts', name });

/** Statistics that are wrong lose no file, and mislead whoever looks at them at night. */
export const historyMutations: readonly Mutation[] = [
  {
    name: 'history-of-the-last-replica',
    breaks: 'adding up what several replicas did within one minute',
    file: history,
    edits: [{ search: 'accepted = h.accepted + excluded.accepted,', replace: 'accepted = excluded.accepted,' }],
    test: test('adds up what several replicas did at the same time, in all steps and for all tenants'),
  },
  {
    name: 'history-counts-repeated-creates',
    breaks: 'counting a file once whose create is repeated',
    file: 'src/adapters/postgres/files/file-creation.ts',
    edits: [{ search: 'files.filter(({ id }) => created.has(id))', replace: 'files.filter(() => true)' }],
    test: test('counts each change once, though each call is repeated'),
  },
  {
    name: 'history-lost-in-an-outage',
    breaks: 'keeping the figures that PostgreSQL could not take',
    file: 'src/adapters/postgres/history/history-recorder.ts',
    edits: [{ search: '      this.giveBack(figures);\n', replace: '' }],
    test: test('keeps what PostgreSQL could not take, and adds it later'),
  },
  {
    name: 'every-replica-samples',
    breaks: 'taking one sample of the backlog a minute',
    file: history,
    edits: [{ search: 'if ((await database.query(isSampled)).length > 0) return false;', replace: '' }],
    test: test('is noted once a minute, by whoever comes first'),
  },
];
