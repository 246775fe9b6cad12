import type { Mutation } from './mutation.ts';

const rules = 'src/adapters/postgres/retention/rules.ts';
const walks = 'src/adapters/postgres/retention/walks.ts';
const deletions = 'src/adapters/postgres/upkeep/blob-deletions.ts';
const retentionTest = 'src/adapters/postgres/retention/retention.test.ts';
const bytesOnce = { file: retentionTest, name: 'gives up bytes once, and for good' };

/** What is removed by the age of files, and what is not. */
export const retentionMutations: readonly Mutation[] = [
  {
    name: 'expired-bytes-move',
    breaks: 'leaving bytes that have expired where they are: a copy of them would stay for ever',
    file: deletions,
    edits: [
      {
        search: 'f.storage_key = i.from_key and f.bytes_expired_at is null',
        replace: 'f.storage_key = i.from_key',
      },
    ],
    test: bytesOnce,
  },
  {
    name: 'expired-bytes-known',
    breaks: 'sweeping bytes of which a file says that they have expired',
    file: deletions,
    edits: [
      {
        search: 'f.storage_key = i.storage_key and f.bytes_expired_at is null',
        replace: 'f.storage_key = i.storage_key',
      },
    ],
    test: bytesOnce,
  },
  {
    name: 'removed-rule-shields-nothing',
    breaks: 'the hour in which a removed rule keeps its files from wider rules',
    file: rules,
    edits: [{ search: 'where is_removed and acts_at <= now()', replace: 'where is_removed' }],
    test: { file: retentionTest, name: 'leaves a new, changed or removed rule time for second thoughts' },
  },
  {
    name: 'failed-age-by-creation',
    breaks: 'counting from the end of a FAILED file',
    file: walks,
    edits: [{ search: "'and f.updated_at <= (select moment from walk)'", replace: "''" }],
    test: { file: retentionTest, name: 'counts from the end of a FAILED file, not from its beginning' },
  },
];
