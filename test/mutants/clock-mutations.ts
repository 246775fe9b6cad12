import type { Mutation } from './mutation.ts';

const moments = 'src/adapters/postgres/files/moments.ts';
const steps = 'src/adapters/postgres/clock-steps.test.ts';

/** "A clock that steps neither parks a file nor charges healthy work", and what a pooler's sessions are not ours for. */
export const clockMutations: readonly Mutation[] = [
  {
    name: 'leases-lost-to-a-step',
    breaks: 'giving holders time to renew after the clock was set ahead',
    file: moments,
    edits: [{ search: 'least(now(), ', replace: 'greatest(now(), ' }],
    test: { file: steps, name: 'work that goes on is neither re-opened nor charged' },
  },
  {
    name: 'leases-parked-by-a-step',
    breaks: 'ending leases that end later than they can, as they are from before the clock was set back',
    file: moments,
    edits: [{ search: 'greatest(clock_timestamp(), ', replace: "greatest(clock_timestamp() + interval '1 year', " }],
    test: { file: steps, name: 'work whose worker is dead is re-opened, by a lease later at most' },
  },
  {
    name: 'files-parked-by-a-step',
    breaks: 'taking a file as due that waits for longer than any file does',
    file: moments,
    edits: [{ search: '> now() + interval', replace: "> now() + interval '1 year' + interval" }],
    test: { file: steps, name: 'a file that was due is rung for and claimed' },
  },
  {
    name: 'settings-reach-others',
    breaks: 'leaving a session alone that is not our own',
    file: 'src/adapters/postgres/database/session.ts',
    edits: [{ search: 'where pg_backend_pid() = $1', replace: 'where $1::int is not null' }],
    test: {
      file: 'src/adapters/postgres/database/session.test.ts',
      name: 'nothing is set in a session whose process is not the one that the connection was told of',
    },
  },
];
