import type { Mutation } from './mutation.ts';

const reconciler = 'src/services/metadata/duties/reconciler.ts';

/** "PostgreSQL is the only truth; Redis is a doorbell": every file progresses. */
export const dispatchMutations: readonly Mutation[] = [
  {
    name: 'reconciler-rings-not',
    breaks: 'the reconciler ringing for files whose ring was lost',
    file: reconciler,
    edits: [{ search: 'await ringForDue()', replace: 'false' }],
    test: {
      file: 'src/services/metadata/duties/reconciler.test.ts',
      name: 'the reconciler rings for a file that nobody rang for, and again when its ring is lost',
    },
  },
  {
    name: 'claims-walk-all-files',
    breaks: 'looking up the files that wait by their keys, whatever PostgreSQL believes of the tables',
    file: 'src/adapters/postgres/files/file-claims.ts',
    edits: [{ search: "claimable, 'for update skip locked'", replace: "claimable, ''" }],
    test: {
      file: 'src/adapters/postgres/files/query-plans.test.ts',
      name: 'claimDueFiles meets no more files than it asks for',
    },
  },
  {
    name: 'commits-wait-not',
    breaks: 'waiting until a row and a result are durable',
    file: 'src/adapters/postgres/files/file-rows.ts',
    edits: [{ search: ", '') from", replace: ", ''), set_config('synchronous_commit', 'off', true) from" }],
    test: {
      file: 'src/adapters/postgres/files/durable-commits.test.ts',
      name: 'the rows of a file and of its result wait until they are durable; a claim does not',
    },
  },
  {
    name: 'waiting-files-are-sorted',
    breaks: 'reading what waits in the order of its index',
    file: 'src/adapters/postgres/database/database.ts',
    edits: [{ search: ", enable_sort: 'off'", replace: '' }],
    test: {
      file: 'src/adapters/postgres/files/query-plans.test.ts',
      name: 'claimDueFiles meets no more files than it asks for, even if nothing was in a state when PostgreSQL last looked',
    },
  },
  {
    name: 'reconciler-expires-not',
    breaks: 'the reconciler re-opening leases that ran out',
    file: reconciler,
    edits: [{ search: 'await reopenExpired(options)', replace: '0' }],
    test: {
      file: 'test/services/metadata/metadata.test.ts',
      name: 'a lease that nobody renews is re-opened by the reconciler, uncounted, to run alone',
    },
  },
  {
    name: 'group-from-the-end',
    breaks: "making the consumer group from '0', so that earlier rings are heard",
    file: 'src/adapters/redis/work-stream.ts',
    edits: [{ search: "workGroup, '0', 'MKSTREAM'", replace: "workGroup, '$', 'MKSTREAM'" }],
    test: {
      file: 'src/adapters/redis/work-source.test.ts',
      name: 'hears rings that came before its group, also after FLUSHALL',
    },
  },
  {
    name: 'unheard-rings-left',
    breaks: 'looking for rings that came while the connection was lost',
    file: 'src/adapters/redis/work-source.ts',
    edits: [{ search: "this.#unheardAfter = '0';", replace: '' }],
    test: {
      file: 'src/adapters/redis/work-source.test.ts',
      name: 'claims what was delivered without its hearing, once it is heard again',
    },
  },
  {
    name: 'too-many-files-of-a-ring-dropped',
    breaks: 'ringing anew for files of a ring that a worker has no room for',
    file: 'src/adapters/redis/work-source.ts',
    edits: [{ search: 'if (tooMany.length > 0) await this.#stream.ring(tooMany);', replace: '' }],
    test: {
      file: 'src/adapters/redis/work-source.test.ts',
      name: 'claims no more files than it was asked for, and leaves the others to all',
    },
  },
  {
    name: 'group-not-healed',
    breaks: 'making the consumer group again when it vanished with the stream',
    file: 'src/adapters/redis/work-stream.ts',
    edits: [{ search: 'if (!isGroupMissing(error)) throw error;', replace: 'throw error;' }],
    test: {
      file: 'src/adapters/redis/work-source.test.ts',
      name: 'hears rings that came before its group, also after FLUSHALL',
    },
  },
];
